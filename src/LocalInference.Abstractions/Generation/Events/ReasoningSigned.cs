namespace LocalInference.Abstractions;

/// <summary>
/// A provider's signature of the thoughts before it, or thoughts that it sends encrypted only. It has to go back with them in the
/// conversation; a chat client has it as <c>TextReasoningContent.ProtectedData</c>.
/// </summary>
/// <param name="Signature">
/// The signature, or the encrypted thoughts: opaque text, which also says whose it is. It goes back to that provider alone; another one,
/// which would refuse it, is asked without these thoughts.
/// </param>
/// <param name="IsRedacted">
/// Whether it stands for thoughts of which no text was sent; a chat client tells it as <c>AdditionalProperties["redacted"]</c>.
/// </param>
public sealed record ReasoningSigned(string Signature, bool IsRedacted = false) : GenerationEvent;
