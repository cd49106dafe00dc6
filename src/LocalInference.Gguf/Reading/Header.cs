using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <summary>What one file says before its data.</summary>
internal sealed record Header(uint Version, uint Alignment, long DataOffset, GgufMetadata Metadata, ImmutableArray<GgufTensorInfo> Tensors);
