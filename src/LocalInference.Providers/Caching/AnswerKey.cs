using System.Buffers.Binary;

namespace LocalInference.Providers;

/// <summary>The SHA-256 of all that an answer depends on.</summary>
internal readonly record struct AnswerKey(UInt128 High, UInt128 Low)
{
    public static AnswerKey Of(ReadOnlySpan<byte> hash) => new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
}
