using System.Text.Encodings.Web;
using System.Text.Json;

namespace LocalInference.Guide;

/// <summary>Writes samples as OpenAI's messages, one conversation a line.</summary>
internal static class SampleFile
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, IEnumerable<GuideSample> samples, GuideCorpus corpus)
    {
        foreach (GuideSample sample in samples)
        {
            using (Utf8JsonWriter json = new(stream, s_options))
            {
                Write(json, sample, corpus);
            }

            stream.Write("\n"u8);
        }
    }

    private static void Write(Utf8JsonWriter json, GuideSample sample, GuideCorpus corpus)
    {
        json.WriteStartObject();
        json.WriteStartArray("messages");
        foreach ((int index, GuideMessage message) in sample.Messages.Index())
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            if (message.Pulls is { } name)
            {
                WriteCall(json, corpus.Tools.Tool, name);
            }
            else if (message.Role == "assistant" && index < sample.Messages.Count - 1)
            {
                // What was said before is there as clients send it, without its mark, and so nobody is to say it.
                json.WriteNumber("weight", 0);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (sample.HasTool)
        {
            json.WriteStartArray("tools");
            corpus.Tool.WriteTo(json);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, string tool, string name)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", tool);
        json.WriteString("arguments", $$"""{"name": "{{name}}"}""");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
