using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>A text in the model's own form, and which parts of it are learned.</summary>
/// <param name="Text">The text.</param>
/// <param name="Learned">The parts, in order and apart from each other.</param>
internal sealed record RenderedSample(MarkedText Text, IReadOnlyList<TextRange> Learned);
