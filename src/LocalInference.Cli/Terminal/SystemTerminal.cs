using System.Text;

namespace LocalInference.Cli.Terminal;

/// <summary>The terminal that the process was started with.</summary>
internal static class SystemTerminal
{
    private const int FallbackWidth = 80;

    public static CliTerminal Open()
    {
        if (OperatingSystem.IsWindows())
        {
            // Consoles there start in a code page that cannot show what models write.
            Console.OutputEncoding = Encoding.UTF8;
        }

        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        return new CliTerminal
        {
            In = new StreamReader(Console.OpenStandardInput(), utf8),
            Out = Console.IsOutputRedirected
                ? new StreamWriter((Stream?)PipeOutputStream.TryOpen() ?? Console.OpenStandardOutput(), utf8)
                : Console.Out,
            Error = Console.Error,
            InIsTerminal = !Console.IsInputRedirected,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Keys = new ConsoleKeySource(),
            Width = Width,
        };
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and int width ? width : FallbackWidth;
        }
        catch (IOException)
        {
            return FallbackWidth;
        }
    }
}
