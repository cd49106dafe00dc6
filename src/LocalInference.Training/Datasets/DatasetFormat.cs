namespace LocalInference.Training;

/// <summary>How the samples of a dataset are written. All but plain text are JSON: one object a line, or one array of objects.</summary>
public enum DatasetFormat
{
    /// <summary>
    /// OpenAI's fine-tuning format: <c>{"messages": [{"role", "content"}, …], "tools": […]}</c>. Messages may have
    /// <c>reasoning_content</c>, <c>tool_calls</c>, <c>tool_call_id</c>, <c>name</c>, and an assistant's a <c>weight</c> of 0 or 1.
    /// </summary>
    Chat,

    /// <summary>ShareGPT's: <c>{"conversations": [{"from": "human" | "gpt" | …, "value"}, …], "system", "tools"}</c>.</summary>
    ShareGpt,

    /// <summary>Alpaca's: <c>{"instruction", "input", "output", "system", "history"}</c>; all but the first and third may be missing.</summary>
    Alpaca,

    /// <summary><c>{"prompt", "completion"}</c>: both texts, which are learned as they are, or both lists of messages as in <see cref="Chat"/>.</summary>
    Completion,

    /// <summary>Texts to continue: a text file, which is one text, or <c>{"text"}</c>.</summary>
    Text,
}
