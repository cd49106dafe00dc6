namespace LocalInference;

/// <summary>What a <see cref="SessionFile"/> holds.</summary>
/// <param name="Conversation">The conversation as JSON; empty where tokens were saved alone.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="State">Their state, which is the receiver's; <see langword="null"/>: it was not saved.</param>
/// <param name="AdaptersDigest">That of the <see cref="AdapterSet"/> that it was computed with.</param>
internal readonly record struct SessionContent(byte[] Conversation, int[] Tokens, SavedState? State, byte[] AdaptersDigest);
