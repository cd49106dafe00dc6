using System.Buffers.Binary;
using System.Text;

namespace LocalInference.Native.Tests.Loading;

/// <summary>Finds where a function's code lies in a 64-bit ELF file (System V gABI: section headers, .dynsym), to replace it.</summary>
internal static class ElfFile
{
    private const uint DynamicSymbols = 11;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;

    public static void Overwrite(string path, string function, ReadOnlySpan<byte> code)
    {
        byte[] file = File.ReadAllBytes(path);
        code.CopyTo(file.AsSpan(FileOffset(file, function)));
        File.WriteAllBytes(path, file);
    }

    private static int FileOffset(byte[] file, string function)
    {
        int sections = (int)ReadLong(file, 40);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(60));
        int dynsym = Enumerable.Range(0, count).Select(i => sections + (i * SectionHeaderSize)).Single(header => ReadInt(file, header + 4) == DynamicSymbols);
        int names = (int)ReadLong(file, sections + ((int)ReadInt(file, dynsym + 40) * SectionHeaderSize) + 24);
        int symbols = (int)ReadLong(file, dynsym + 24);
        int size = (int)ReadLong(file, dynsym + 32);
        for (int symbol = symbols; symbol < symbols + size; symbol += SymbolSize)
        {
            int name = names + (int)ReadInt(file, symbol);
            int end = Array.IndexOf(file, (byte)0, name);
            int section = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(symbol + 6));
            if (section != 0 && Encoding.ASCII.GetString(file, name, end - name) == function)
            {
                int header = sections + (section * SectionHeaderSize);
                return (int)(ReadLong(file, symbol + 8) - ReadLong(file, header + 16) + ReadLong(file, header + 24));
            }
        }

        throw new InvalidOperationException($"{function} is not in the file.");
    }

    private static uint ReadInt(byte[] file, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(offset));

    private static long ReadLong(byte[] file, int offset) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(offset));
}
