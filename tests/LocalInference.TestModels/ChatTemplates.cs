namespace LocalInference.TestModels;

/// <summary>The Jinja text of each template, and the control tokens that it writes.</summary>
internal static class ChatTemplates
{
    private const string ChatMl =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private const string Gemma =
        "{{ bos_token }}{% for message in messages %}{% set role = 'model' if message['role'] == 'assistant' else 'user' %}"
        + "{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}";

    private const string Phi3 =
        "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}";

    public static string? Text(TestChatTemplate template) => template switch
    {
        TestChatTemplate.ChatMl => ChatMl,
        TestChatTemplate.Gemma => Gemma,
        TestChatTemplate.Phi3 => Phi3,
        _ => null,
    };

    public static IReadOnlyList<string> ControlTokens(TestChatTemplate template) => template switch
    {
        TestChatTemplate.Gemma => ["<start_of_turn>", "<end_of_turn>"],
        TestChatTemplate.Phi3 => ["<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"],
        _ => ["<|im_start|>", "<|im_end|>"],
    };

    /// <summary>The token that ends a turn.</summary>
    public static string EndOfTurn(TestChatTemplate template) => ControlTokens(template)[^1];
}
