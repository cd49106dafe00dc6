using System.Collections.Immutable;
using LocalInference.Gguf;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>A tensor with its data, to be written under another name, type or shape; the data is repeated or cut to fit.</summary>
internal sealed record TensorImage(string Name, GgufTensorType Type, ImmutableArray<long> Dimensions, ImmutableArray<byte> Data);
