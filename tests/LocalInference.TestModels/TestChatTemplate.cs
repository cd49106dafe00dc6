namespace LocalInference.TestModels;

/// <summary>Chat templates; each brings its control tokens into the vocabulary, whether the template is stored or not.</summary>
public enum TestChatTemplate
{
    /// <summary>No template: a model for completion. The vocabulary has the ChatML control tokens all the same.</summary>
    None,

    /// <summary><c>&lt;|im_start|&gt;role … &lt;|im_end|&gt;</c>.</summary>
    ChatMl,

    /// <summary><c>&lt;start_of_turn&gt;role … &lt;end_of_turn&gt;</c>.</summary>
    Gemma,

    /// <summary><c>&lt;|role|&gt; … &lt;|end|&gt;</c>.</summary>
    Phi3,
}
