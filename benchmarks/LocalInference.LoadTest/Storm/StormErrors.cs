namespace LocalInference.LoadTest.Storm;

/// <summary>
/// Finds errors within answers whose status is 200, where they came when part of an answer was sent. Their marks cannot stand in what a
/// model says: there a quotation mark has a backslash before it.
/// </summary>
internal static class StormErrors
{
    // An object in OpenAI's, Anthropic's and llama-server's interfaces, a text in Ollama's; responses that went well say "error":null.
    private static readonly string[] s_errors = ["\"error\":{", "\"error\":\"", "event: error", "event: response.failed"];

    // What the four interfaces and the engine call it when too many requests wait.
    private static readonly string[] s_busy = ["server busy, please try again", "\"code\":\"busy\"", "\"overloaded_error\"", "\"unavailable_error\"", "requests wait for the model already"];

    /// <summary>Whether part of an answer holds an error that is none of too many requests.</summary>
    public static bool IsIn(string text) => Holds(text, s_errors) && !Holds(text, s_busy);

    private static bool Holds(string text, string[] marks) => Array.Exists(marks, mark => text.Contains(mark, StringComparison.Ordinal));
}
