using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>
/// What a shared library was built for, read from its first bytes: ELF (gABI, e_machine), Mach-O (mach/machine.h) or PE
/// (Microsoft PE/COFF, Machine). The system's own loader only says "cannot open" for a foreign one.
/// </summary>
internal sealed record BinaryImage(string Format, Architecture? Architecture)
{
    // What the file must hold for its headers to be true; 0 when the format does not tell.
    private long RequiredLength { get; init; }

    /// <summary>Why this process must not load a file, or <see langword="null"/>.</summary>
    public static string? FindMismatch(string path)
    {
        if (Read(path) is not { } image)
        {
            return "is not a shared library";
        }

        // glibc maps what the headers promise and dies of SIGBUS when the file ends before; other systems check by themselves.
        long length = new FileInfo(path).Length;
        return image.MismatchWithThisProcess()
            ?? (length < image.RequiredLength ? $"is truncated: it has {length} of {image.RequiredLength} bytes" : null);
    }

    public static BinaryImage? Read(string path)
    {
        Span<byte> head = stackalloc byte[1024];
        using FileStream file = File.OpenRead(path);
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];

        if (head.Length < 64)
        {
            return null;
        }

        if (head.StartsWith("\u007fELF"u8))
        {
            return new("ELF", BinaryPrimitives.ReadUInt16LittleEndian(head[18..]) switch
            {
                62 => System.Runtime.InteropServices.Architecture.X64,
                183 => System.Runtime.InteropServices.Architecture.Arm64,
                3 => System.Runtime.InteropServices.Architecture.X86,
                40 => System.Runtime.InteropServices.Architecture.Arm,
                _ => null,
            })
            {
                RequiredLength = ElfLength(head),
            };
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(head) == 0xFEEDFACF)
        {
            return new("Mach-O", BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) switch
            {
                0x01000007 => System.Runtime.InteropServices.Architecture.X64,
                0x0100000C => System.Runtime.InteropServices.Architecture.Arm64,
                _ => null,
            });
        }

        if (head.StartsWith("MZ"u8))
        {
            int header = BinaryPrimitives.ReadInt32LittleEndian(head[60..]);
            if (header >= 0 && header <= head.Length - 6 && head[header..].StartsWith("PE\0\0"u8))
            {
                return new("PE", BinaryPrimitives.ReadUInt16LittleEndian(head[(header + 4)..]) switch
                {
                    0x8664 => System.Runtime.InteropServices.Architecture.X64,
                    0xAA64 => System.Runtime.InteropServices.Architecture.Arm64,
                    0x014C => System.Runtime.InteropServices.Architecture.X86,
                    _ => null,
                });
            }
        }

        return null;
    }

    // Linkers put the table of section headers (e_shoff, e_shentsize, e_shnum of a 64-bit file) behind everything else.
    private static long ElfLength(ReadOnlySpan<byte> head)
    {
        long table = BinaryPrimitives.ReadInt64LittleEndian(head[40..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(head[58..]) * BinaryPrimitives.ReadUInt16LittleEndian(head[60..]);
        return table <= 0 ? 0 : table + size;
    }

    /// <summary>Why this process cannot load the image, or <see langword="null"/> when it can.</summary>
    public string? MismatchWithThisProcess()
    {
        string expected = OperatingSystem.IsWindows() ? "PE" : OperatingSystem.IsMacOS() ? "Mach-O" : "ELF";
        if (Format != expected)
        {
            return $"is a {Format} file, this system loads {expected}";
        }

        return Architecture == RuntimeInformation.ProcessArchitecture
            ? null
            : $"was built for {Architecture?.ToString() ?? "another processor"}, this process runs on {RuntimeInformation.ProcessArchitecture}";
    }
}
