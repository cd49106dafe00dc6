namespace LocalInference.Providers;

/// <summary>The last message of a conversation, for comparing it with others behind the same conversation.</summary>
/// <param name="Conversation">The key of all else.</param>
/// <param name="Vector">Its embedding, of length 1.</param>
internal sealed record Question(AnswerKey Conversation, float[] Vector);
