using System.Buffers;
using System.Text.Unicode;

namespace LocalInference.Training;

/// <summary>Finds where a file stops being text in UTF-8. Who reads lines and fails does not know: characters are decoded ahead of them.</summary>
internal static class Utf8Fault
{
    private const int PieceBytes = 1 << 16;

    /// <summary>The line of the first byte that is no UTF-8, from 1, as <see cref="StreamReader.ReadLine"/> counts; the last one if there is none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static int FindLine(string path)
    {
        byte[] bytes = new byte[PieceBytes];
        char[] characters = new char[PieceBytes];
        int line = 1;
        int held = 0;
        byte last = 0;
        bool isOver;
        using FileStream file = File.OpenRead(path);
        do
        {
            int length = held + file.ReadAtLeast(bytes.AsSpan(held), bytes.Length - held, throwOnEndOfStream: false);
            bool isEnd = length < bytes.Length;
            OperationStatus status = Utf8.ToUtf16(bytes.AsSpan(0, length), characters, out int valid, out _, replaceInvalidSequences: false, isFinalBlock: isEnd);
            foreach (byte value in bytes.AsSpan(0, valid))
            {
                // \n, \r and both together end a line.
                line += value == '\r' || (value == '\n' && last != '\r') ? 1 : 0;
                last = value;
            }

            // A character may go on in the next piece.
            bytes.AsSpan(valid, length - valid).CopyTo(bytes);
            held = length - valid;
            isOver = isEnd || status == OperationStatus.InvalidData;
        }
        while (!isOver);

        return line;
    }
}
