namespace LocalInference;

/// <summary>Takes messages of protocol buffers apart, without knowing what they are.</summary>
internal static class ProtocolBuffer
{
    private const int MostVarintBytes = 10;

    /// <summary>The fields in order: the number of each, its bytes, or its value where it is a varint.</summary>
    /// <exception cref="FormatException">The message is malformed.</exception>
    public static IEnumerable<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> Fields(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            ulong tag = ReadVarint(ref message);
            ulong number = 0;
            int length = 0;
            switch (tag & 7)
            {
                case 0:
                    number = ReadVarint(ref message);
                    break;
                case 1:
                    length = sizeof(ulong);
                    break;
                case 2:
                    ulong stated = ReadVarint(ref message);
                    length = stated <= (ulong)message.Length ? (int)stated : throw new FormatException("a field is longer than the file");
                    break;
                case 5:
                    length = sizeof(uint);
                    break;
                default:
                    throw new FormatException("a field is of no known kind");
            }

            if (length > message.Length)
            {
                throw new FormatException("it ends within a field");
            }

            yield return ((int)Math.Min(tag >> 3, int.MaxValue), message[..length], number);
            message = message[length..];
        }
    }

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (int i = 0; i < Math.Min(message.Length, MostVarintBytes); i++)
        {
            byte part = message.Span[i];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                message = message[(i + 1)..];
                return value;
            }
        }

        throw new FormatException("a number does not end");
    }
}
