using LocalInference.Text.Parsing;

namespace LocalInference.Text;

/// <summary>
/// Finds how a model writes its answers from its chat template: it renders conversations whose words are known and looks at
/// what the template writes around them. Marks in the template's source decide only what no render can show.
/// </summary>
public static class ChatFormatDetector
{
    internal static ChatFormat Detect(string source, ProbeRenderer render)
    {
        if (KnownFormats.Whole(source) is { } whole)
        {
            return whole;
        }

        TemplateProbe probe = new(render);
        ChatFormat format = ReasoningProbe.Find(probe, source);
        ToolFormat? tools = ToolProbe.Find(probe, format) ?? KnownFormats.Asked(source);
        format = KnownFormats.Refine(tools is null ? format : format with { Tools = tools }, source);
        return format;
    }
}
