using System.Text;
using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>Text that should be JSON.</summary>
internal static class JsonText
{
    /// <summary>Reads text that should be one JSON value.</summary>
    /// <param name="text">The text.</param>
    /// <param name="python">Whether Python's literals count.</param>
    /// <param name="json">The value as strict JSON.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="depth">How many objects and arrays are open around it.</param>
    public static bool TryNormalize(ReadOnlySpan<char> text, bool python, out string json, out JsonValueKind kind, int depth = 0)
    {
        JsonRelay relay = new(python, depth);
        StringBuilder output = new(text.Length);
        int used = relay.Accept(text, output);
        relay.End();
        json = output.ToString();
        kind = JsonValueKind.Undefined;
        if (!relay.IsDone || !text[used..].Trim().IsEmpty)
        {
            return false;
        }

        kind = json[0] switch
        {
            '{' => JsonValueKind.Object,
            '[' => JsonValueKind.Array,
            '"' => JsonValueKind.String,
            't' => JsonValueKind.True,
            'f' => JsonValueKind.False,
            'n' => JsonValueKind.Null,
            _ => JsonValueKind.Number,
        };
        return true;
    }
}
