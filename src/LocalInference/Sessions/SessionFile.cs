using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Tokens and their state in a stream, with the conversation they come from: 8 bytes that say what it is, the digests of the model and
/// of the adapters that the state was computed with (32 bytes each), the number of bytes of the conversation (4), of tokens (4) and of bytes of state (8, all little-endian), the conversation
/// as JSON, the tokens (4 each), the state, and SHA-256 over all of it. The digest is checked before anything is handed to
/// llama.cpp, which trusts what it reads.
/// </summary>
internal static class SessionFile
{
    private const int DigestLength = SHA256.HashSizeInBytes;
    private const int AdaptersAt = 8 + DigestLength;
    private const int LengthsAt = AdaptersAt + DigestLength;
    private const int HeaderLength = LengthsAt + 4 + 4 + 8;

    // A context of 2^24 tokens is beyond every model.
    private const int MostTokens = 1 << 24;
    private const int MostConversationBytes = 1 << 30;

    private static ReadOnlySpan<byte> Magic => "LISESSN2"u8;

    /// <summary>Writes tokens, state and conversation.</summary>
    public static void Write(Stream destination, ReadOnlySpan<byte> modelDigest, ReadOnlySpan<byte> adaptersDigest, ReadOnlySpan<byte> conversation, ReadOnlySpan<int> tokens, SavedState? state)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashed = new HashingStream(destination, hash);
        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        modelDigest.CopyTo(header[8..]);
        adaptersDigest.CopyTo(header[AdaptersAt..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[LengthsAt..], conversation.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[(LengthsAt + 4)..], tokens.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[(LengthsAt + 8)..], state?.Size ?? 0);
        hashed.Write(header);
        hashed.Write(conversation);
        hashed.Write(MemoryMarshal.AsBytes(tokens));
        state?.CopyTo(hashed);
        destination.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="SessionException">It is something else, damaged, or of another model.</exception>
    public static SessionContent Read(Stream source, ReadOnlySpan<byte> modelDigest)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashed = new HashingStream(source, hash);
        SavedState? state = null;
        try
        {
            Span<byte> header = stackalloc byte[HeaderLength];
            hashed.ReadExactly(header);
            if (!header.StartsWith(Magic))
            {
                throw ExceptionFactory.Session("session_invalid", "This is no saved session, or one of another version", "Save it again.");
            }

            if (!header.Slice(8, DigestLength).SequenceEqual(modelDigest))
            {
                throw ExceptionFactory.Session("session_other_model", "The session was saved with another model, or with another version of its file", "Load it with the model that it was saved with.");
            }

            int length = BinaryPrimitives.ReadInt32LittleEndian(header[LengthsAt..]);
            int count = BinaryPrimitives.ReadInt32LittleEndian(header[(LengthsAt + 4)..]);
            long size = BinaryPrimitives.ReadInt64LittleEndian(header[(LengthsAt + 8)..]);
            if (length is < 0 or > MostConversationBytes || count is < 0 or > MostTokens || size < 0 || (source.CanSeek && size > source.Length - source.Position))
            {
                throw Damaged();
            }

            byte[] conversation = new byte[length];
            hashed.ReadExactly(conversation);
            int[] tokens = new int[count];
            hashed.ReadExactly(MemoryMarshal.AsBytes(tokens.AsSpan()));
            state = size > 0 ? SavedState.Read(hashed, size) : null;
            byte[] expected = hash.GetHashAndReset();
            byte[] found = new byte[DigestLength];
            source.ReadExactly(found);
            return expected.AsSpan().SequenceEqual(found) ? new SessionContent(conversation, tokens, state, header.Slice(AdaptersAt, DigestLength).ToArray()) : throw Damaged();
        }
        catch (Exception e)
        {
            state?.Dispose();
            if (e is EndOfStreamException or OutOfMemoryException)
            {
                throw Damaged();
            }

            throw;
        }
    }

    /// <summary>What is in a file that says nothing false of itself, and cannot be used all the same.</summary>
    public static SessionException Damaged() =>
        ExceptionFactory.Session("session_damaged", "The saved session is damaged, incomplete, or larger than the memory", "Save it again, or begin a new one.");
}
