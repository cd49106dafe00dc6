using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LocalInference.Text.Jinja;

/// <summary>Copies texts that stand in JSON as they are, which is most of them: names and descriptions.</summary>
internal static class JsonPlainText
{
    /// <summary>Copies a text unless one of its characters has to be escaped, in one pass over it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="to">Room for it, which may be written to even if the answer is no.</param>
    /// <returns>Whether it was copied.</returns>
    public static bool TryCopy(ReadOnlySpan<char> text, Span<char> to)
    {
        if (text.Length < Vector128<ushort>.Count)
        {
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                if (c is < ' ' or '"' or '\\')
                {
                    return false;
                }

                to[i] = c;
            }

            return true;
        }

        ref ushort source = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        ref ushort target = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(to[..text.Length]));
        int last = text.Length - Vector128<ushort>.Count;
        for (int i = 0; i < last; i += Vector128<ushort>.Count)
        {
            if (!TryCopy(ref source, ref target, i))
            {
                return false;
            }
        }

        // The rest together with some of what was copied before it.
        return TryCopy(ref source, ref target, last);
    }

    private static bool TryCopy(ref ushort source, ref ushort target, int at)
    {
        Vector128<ushort> part = Vector128.LoadUnsafe(ref source, (nuint)at);
        part.StoreUnsafe(ref target, (nuint)at);
        Vector128<ushort> escaped = Vector128.LessThan(part, Vector128.Create((ushort)' '))
            | Vector128.Equals(part, Vector128.Create((ushort)'"'))
            | Vector128.Equals(part, Vector128.Create((ushort)'\\'));
        return escaped == Vector128<ushort>.Zero;
    }
}
