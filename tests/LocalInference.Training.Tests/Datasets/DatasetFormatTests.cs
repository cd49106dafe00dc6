using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Training.Tests.Datasets;

public sealed class DatasetFormatTests : DatasetTest
{
    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""", "user:q assistant:a")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"q"}]},{"role":"assistant","content":"a"}]}""", "user:q assistant:a")]
    [InlineData("""{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"system":"s"}""", "system:s user:q assistant:a")]
    [InlineData("""{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"{\"name\":\"f\",\"arguments\":{\"x\":1}}"},{"from":"observation","value":"r"},{"from":"gpt","value":"a"}],"tools":"[{\"name\":\"f\"}]"}""", "user:q assistant:f({\"x\":1}) tool:r assistant:a [f]")]
    [InlineData("""{"instruction":"q","input":"","output":"a"}""", "user:q assistant:a")]
    [InlineData("""{"instruction":"q","input":"i","output":"a","system":"s","history":[["p","b"]]}""", "system:s user:p assistant:b user:q\n\ni assistant:a")]
    [InlineData("""{"prompt":[{"role":"user","content":"q"},{"role":"assistant","content":"b"},{"role":"user","content":"p"}],"completion":[{"role":"assistant","content":"a"}]}""", "user:q (assistant:b) user:p assistant:a")]
    [InlineData("""{"prompt":"p","completion":"c"}""", "p>c")]
    [InlineData("""{"text":"t"}""", "t")]
    public void Every_format_is_told_by_its_names_and_read(string line, string expected) =>
        Assert.Equal(expected, Show(Assert.Single(Read(line))));

    [Fact]
    public void An_array_is_read_like_lines()
    {
        string[] lines = ["""{"text":"a"}""", """{"text":"b"}"""];
        Assert.Equal("a b", string.Join(' ', DatasetFile.Read(Write("a.json", $"[{string.Join(",\n", lines)}]"), format: null).Select(static entry => Show(entry.Record!))));
    }

    [Fact]
    public void What_is_wrong_with_a_line_is_said_and_the_others_are_read()
    {
        string path = Write("a.jsonl", """{"text":"a"}""", "{", "", "[1]", """{"other":1}""", """{"text":1}""", """{"text":"b"}""");

        (int Line, DatasetRecord? Record, string? Problem)[] read = [.. DatasetFile.Read(path, format: null)];

        Assert.Equal([1, 2, 4, 5, 6, 7], read.Select(static entry => entry.Line));
        Assert.Equal(["it is no JSON", "it is no JSON object", "it has no \"text\"", "\"text\" is no text"], read.Select(static entry => entry.Problem).OfType<string>().ToArray());
        Assert.Equal(["a", "b"], read.Select(static entry => entry.Record).OfType<TextRecord>().Select(static record => record.Text).ToArray());
    }

    [Theory]
    [InlineData("""{"messages":1}""")]
    [InlineData("""{"messages":[{"content":"x"}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{}]}]}""")]
    [InlineData("""{"messages":[],"tools":[{}]}""")]
    [InlineData("""{"conversations":[{"from":"human"}]}""")]
    [InlineData("""{"conversations":[{"from":"function_call","value":"no json"}]}""")]
    [InlineData("""{"conversations":[],"tools":"no json"}""")]
    [InlineData("""{"instruction":"x"}""")]
    [InlineData("""{"instruction":"x","output":"y","history":[["one"]]}""")]
    [InlineData("""{"prompt":"x"}""")]
    [InlineData("""{"prompt":[],"completion":"x"}""")]
    [InlineData("""{"text":null}""")]
    public void Malformed_records_are_problems_not_exceptions(string line)
    {
        (_, DatasetRecord? record, string? problem) = Assert.Single(DatasetFile.Read(Write("a.jsonl", line), format: null));
        Assert.Null(record);
        Assert.NotEmpty(problem!);
    }

    [Fact]
    public void A_file_that_cannot_be_used_at_all_is_an_error()
    {
        Assert.Equal("dataset_invalid", Assert.Throws<TrainingException>(() => DatasetFile.Read(At("none.jsonl"), null).ToArray()).Code);
        Assert.Throws<TrainingException>(() => DatasetFile.Read(Write("a.jsonl", """{"other":1}"""), null).ToArray());
        Assert.Throws<TrainingException>(() => DatasetFile.Read(Write("a.json", "[{]"), null).ToArray());
    }

    [Theory]
    [InlineData("a.jsonl.gz", new byte[] { 0x1F, 0x8B, 8, 0 }, "gzip")]
    [InlineData("a.parquet", new byte[] { (byte)'P', (byte)'A', (byte)'R', (byte)'1', 21 }, "Parquet")]
    [InlineData("a.txt", new byte[] { (byte)'a', 0xFF, (byte)'b' }, "UTF-8")]
    [InlineData("a.txt", new byte[] { 0xEF, 0xBB, 0xBF, (byte)'a', 0xFF }, "UTF-8")]
    [InlineData("a.txt", new byte[] { (byte)'a', 0, (byte)'b' }, "UTF-8")]
    [InlineData("a.jsonl", new byte[] { (byte)'{', (byte)'"', 0xE9, (byte)'"', (byte)'}' }, "UTF-8")]
    public void What_is_no_text_is_refused(string name, byte[] bytes, string reason)
    {
        File.WriteAllBytes(At(name), bytes);

        TrainingException e = Assert.Throws<TrainingException>(() => DatasetFile.Read(At(name), null).ToArray());

        Assert.Equal("dataset_invalid", e.Code);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    // Far enough into the file that characters are decoded in many pieces, of which some end within one.
    [Theory]
    [InlineData("\n", 0)]
    [InlineData("\n", 2)]
    [InlineData("\r", 2)]
    [InlineData("\r\n", 2)]
    [InlineData("\n\n", 20_000)]
    [InlineData("\r\n", 20_000)]
    public void The_line_that_is_no_text_is_named(string lineBreak, int before)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"text":"naïve 🦊"}""" + lineBreak, before)));
        File.WriteAllBytes(At("a.jsonl"), [.. text, .. "{\"text\":\"caf"u8, 0xE9, .. "\"}\n"u8, .. text]);
        int line = (before * (lineBreak == "\n\n" ? 2 : 1)) + 1;

        TrainingException e = Assert.Throws<TrainingException>(() => DatasetFile.Read(At("a.jsonl"), null).ToArray());

        Assert.Equal(("dataset_invalid", $"{line}"), (e.Code, e.Value));
        Assert.Contains($"line {line} is no text in UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public void A_text_that_says_its_encoding_is_read_in_it(string encoding)
    {
        File.WriteAllText(At("a.txt"), "naïve 🦊", Encoding.GetEncoding(encoding));

        Assert.Equal("naïve 🦊", Assert.IsType<TextRecord>(Assert.Single(DatasetFile.Read(At("a.txt"), null)).Record).Text);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        string[] lines =
        [
            """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","weight":0},{"role":"user","content":[{"type":"text","text":"p"}]},{"role":"assistant","reasoning_content":"r","content":null,"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","name":"f","content":"x"},{"role":"assistant","content":"é"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}]}""",
        ];
        DatasetRecord read = Assert.Single(Read(lines));
        using MemoryStream written = new();
        RecordWriter.Write(written, read);

        DatasetRecord again = Assert.Single(Read(Encoding.UTF8.GetString(written.ToArray()).TrimEnd('\n')));

        Assert.Equal(Show(read), Show(again));
        Assert.Equal(string.Join('|', read.Texts), string.Join('|', again.Texts));
        Assert.Contains("é", Encoding.UTF8.GetString(written.ToArray()), StringComparison.Ordinal);
    }

    private DatasetRecord[] Read(params string[] lines) => [.. DatasetFile.Read(Write("a.jsonl", lines), format: null).Select(static entry => entry.Record ?? throw new InvalidOperationException(entry.Problem))];

    private static string Show(DatasetRecord record) => record switch
    {
        TextRecord text => text.Text,
        CompletionRecord completion => $"{completion.Prompt}>{completion.Completion}",
        ConversationRecord conversation => string.Join(' ', conversation.Messages.Index().Select(message =>
        {
            string shown = $"{message.Item.Role}:{message.Item.Content}{string.Concat(message.Item.Parts?.Select(static part => part.Text) ?? [])}{string.Concat(message.Item.ToolCalls.Select(static call => $"{call.Name}({call.Arguments})"))}";
            return message.Item.Role == "assistant" && !conversation.IsLearned(message.Index) ? $"({shown})" : shown;
        }).Concat(conversation.Tools.Select(static tool => $"[{tool.Name}]"))),
        _ => throw new ArgumentOutOfRangeException(nameof(record)),
    };
}
