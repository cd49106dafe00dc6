using System.Collections.Concurrent;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>The formats found in llama.cpp's templates, each looked for once.</summary>
internal static class TemplateFormats
{
    private static readonly ConcurrentDictionary<string, ChatFormat> s_formats = new(StringComparer.Ordinal);

    /// <summary>The format found in one of them.</summary>
    public static ChatFormat Of(string template) =>
        s_formats.GetOrAdd(template, static name => ChatFormatDetector.Detect(ChatTemplate.FromJinja(Oracle.Template(name), new ChatTemplateOptions { Name = name })));
}
