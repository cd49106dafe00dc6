using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LocalInference;

/// <summary>
/// Tells models apart without reading gigabytes: SHA-256 over the length of the file and 64 pieces of 64 KiB, the first at its
/// start, where metadata and tensor table are, the last at its end, the others evenly between. Retrained or requantised
/// weights differ in nearly every byte, so any piece shows it.
/// </summary>
internal static class ModelDigest
{
    private const int Pieces = 64;
    private const int PieceBytes = 64 << 10;

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Of(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = file.Length;
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, length);
        hash.AppendData(number);
        byte[] piece = new byte[PieceBytes];
        for (int i = 0; i < Pieces; i++)
        {
            file.Position = Math.Max(0, length - PieceBytes) / (Pieces - 1) * i;
            hash.AppendData(piece.AsSpan(0, file.ReadAtLeast(piece, PieceBytes, throwOnEndOfStream: false)));
        }

        return hash.GetHashAndReset();
    }
}
