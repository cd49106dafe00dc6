using LocalInference.Cli.Terminal;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Terminal;

public sealed class LineEditorTests
{
    private readonly FakeKeySource _keys = new();

    [Fact]
    public void Typed_text_ends_with_enter() => Assert.Equal(new(LineOutcome.Line, "hello"), Read(_keys.Line("hello")));

    [Fact]
    public void Keys_move_and_delete()
    {
        _keys.Type("one two three")
            .Control(ConsoleKey.A).Type("<").Control(ConsoleKey.E).Type(">")
            .Press(ConsoleKey.LeftArrow).Control(ConsoleKey.W).Type("3")
            .Press(ConsoleKey.Home).Press(ConsoleKey.Delete)
            .Press(ConsoleKey.RightArrow).Press(ConsoleKey.Backspace).Type("O")
            .Press(ConsoleKey.End).Press(ConsoleKey.Enter);

        Assert.Equal("One two 3>", Read(_keys).Text);
    }

    [Fact]
    public void Ctrl_U_and_Ctrl_K_cut_to_the_ends()
    {
        _keys.Type("abcdef").Press(ConsoleKey.LeftArrow).Press(ConsoleKey.LeftArrow).Control(ConsoleKey.K)
            .Press(ConsoleKey.LeftArrow).Control(ConsoleKey.U).Press(ConsoleKey.Enter);

        Assert.Equal("d", Read(_keys).Text);
    }

    [Fact]
    public void Alt_and_Ctrl_arrows_move_by_words()
    {
        _keys.Type("a bb ccc").Press(ConsoleKey.LeftArrow, ConsoleModifiers.Control).Press(ConsoleKey.B, ConsoleModifiers.Alt).Type("X")
            .Press(ConsoleKey.RightArrow, ConsoleModifiers.Control).Type("Y").Press(ConsoleKey.Enter);

        Assert.Equal("a XbbY ccc", Read(_keys).Text);
    }

    [Theory]
    [InlineData("a😀")]
    [InlineData("ae\u0301")]
    [InlineData("a👩‍👩‍👧")]
    public void What_looks_like_one_character_is_deleted_as_one(string text) =>
        Assert.Equal("a", Read(_keys.Type(text).Press(ConsoleKey.Backspace).Press(ConsoleKey.Enter)).Text);

    [Fact]
    public void Up_and_down_walk_through_the_history_and_back_to_the_draft()
    {
        LineEditor editor = new(_keys, TextWriter.Null, static () => 80);
        _keys.Line("first").Line("second");
        editor.Read("> ");
        editor.Read("> ");

        _keys.Type("draft").Press(ConsoleKey.UpArrow).Press(ConsoleKey.UpArrow).Press(ConsoleKey.UpArrow).Press(ConsoleKey.Enter);
        Assert.Equal("first", editor.Read("> ").Text);

        _keys.Type("draft").Press(ConsoleKey.UpArrow).Press(ConsoleKey.DownArrow).Press(ConsoleKey.DownArrow).Press(ConsoleKey.Enter);
        Assert.Equal("draft", editor.Read("> ").Text);
    }

    [Fact]
    public void Ctrl_C_drops_the_line() => Assert.Equal(LineOutcome.Interrupted, Read(_keys.Type("abc").Control(ConsoleKey.C)).Outcome);

    [Fact]
    public void Ctrl_D_leaves_only_from_an_empty_line()
    {
        Assert.Equal(LineOutcome.EndOfInput, Read(_keys.Control(ConsoleKey.D)).Outcome);
        Assert.Equal("bc", Read(_keys.Type("abc").Press(ConsoleKey.Home).Control(ConsoleKey.D).Press(ConsoleKey.Enter)).Text);
    }

    [Fact]
    public void A_terminal_that_is_gone_ends_the_input() => Assert.Equal(LineOutcome.EndOfInput, Read(_keys.Type("abc")).Outcome);

    [Fact]
    public void A_marked_paste_keeps_its_newlines_and_needs_an_enter() =>
        Assert.Equal("say: one\ntwo!", Read(_keys.Type("say: \e[200~one\ntwo\e[201~!").Press(ConsoleKey.Enter)).Text);

    [Fact]
    public void A_lone_escape_does_nothing() => Assert.Equal("ab", Read(_keys.Type("a\eb\e").Press(ConsoleKey.Enter)).Text);

    [Fact]
    public void A_sequence_that_nobody_knows_is_dropped() => Assert.Equal("ab", Read(_keys.Type("a\e[1;99Xb").Press(ConsoleKey.Enter)).Text);

    [Fact]
    public void Ctrl_C_is_a_key_only_while_a_line_is_read()
    {
        Read(_keys.Line("x"));

        Assert.False(_keys.IsEditing);
    }

    private LineResult Read(FakeKeySource keys) => new LineEditor(keys, TextWriter.Null, static () => 80).Read("> ");
}
