using System.Reflection;
using System.Text.Json.Nodes;

namespace LocalInference.Text.Tests.Chat;

/// <summary>The conversations of <c>conversations.json</c>: a name, and the variables that templates are rendered with.</summary>
internal static class Conversations
{
    public static JsonArray All
    {
        get
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("conversations.json")!;
            return JsonNode.Parse(stream)!.AsArray();
        }
    }
}
