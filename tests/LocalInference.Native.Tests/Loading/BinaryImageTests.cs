using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LocalInference.Native.Tests.Loading;

public sealed class BinaryImageTests
{
    [Theory]
    [InlineData(62, Architecture.X64)]
    [InlineData(183, Architecture.Arm64)]
    [InlineData(3, Architecture.X86)]
    [InlineData(40, Architecture.Arm)]
    [InlineData(243, null)]
    public void Reads_ELF(ushort machine, Architecture? expected)
    {
        byte[] head = new byte[64];
        "\u007fELF"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(18), machine);
        Assert.Equal(new BinaryImage("ELF", expected), Read(head));
    }

    [Theory]
    [InlineData(0x01000007, Architecture.X64)]
    [InlineData(0x0100000C, Architecture.Arm64)]
    public void Reads_MachO(uint cpu, Architecture expected)
    {
        byte[] head = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xFEEDFACF);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), cpu);
        Assert.Equal(new BinaryImage("Mach-O", expected), Read(head));
    }

    [Theory]
    [InlineData(0x8664, Architecture.X64)]
    [InlineData(0xAA64, Architecture.Arm64)]
    public void Reads_PE(ushort machine, Architecture expected)
    {
        byte[] head = new byte[256];
        "MZ"u8.CopyTo(head);
        head[60] = 128;
        "PE\0\0"u8.CopyTo(head.AsSpan(128));
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(132), machine);
        Assert.Equal(new BinaryImage("PE", expected), Read(head));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(251)]
    [InlineData(int.MaxValue)]
    public void A_PE_header_outside_the_file_is_none(int offset)
    {
        byte[] head = new byte[256];
        "MZ"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(60), offset);
        Assert.Null(Read(head));
    }

    [Fact]
    public void A_short_file_is_none() => Assert.Null(Read("\u007fELF"u8));

    private static BinaryImage? Read(ReadOnlySpan<byte> bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("image"), bytes);
        return BinaryImage.Read(folder.File("image"));
    }
}
