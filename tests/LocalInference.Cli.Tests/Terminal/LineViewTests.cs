using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Tests.Terminal;

public sealed class LineViewTests
{
    [Fact]
    public void A_short_line_puts_the_cursor_behind_the_prompt_and_the_text() =>
        Assert.Equal("\r\e[J> abc\r\e[4C", Draw(width: 20, "abc", cursor: 2));

    [Fact]
    public void A_row_that_is_exactly_full_is_broken_by_us() =>
        Assert.Equal("\r\e[J> abcd\r\n\r", Draw(width: 6, "abcd", cursor: 4));

    [Fact]
    public void A_wide_character_does_not_straddle_the_margin() =>
        Assert.Equal("\r\e[J> abc\r\n語\r\e[2C", Draw(width: 6, "abc語", cursor: 4));

    [Fact]
    public void The_cursor_goes_up_to_its_row_and_the_next_drawing_starts_at_the_top()
    {
        StringWriter screen = new();
        LineView view = new(screen, static () => 80);
        view.Draw("> ", "one\ntwo", cursor: 7);
        screen.GetStringBuilder().Clear();

        view.Draw("> ", "one\ntwo", cursor: 0);

        Assert.Equal("\r\e[1A\e[J> one\r\ntwo\e[1A\r\e[2C", screen.ToString());
    }

    private static string Draw(int width, string text, int cursor)
    {
        StringWriter screen = new();
        new LineView(screen, () => width).Draw("> ", text, cursor);
        return screen.ToString();
    }
}
