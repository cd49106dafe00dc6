using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Tests.Store;

public sealed class ModelfileTests
{
    /// <summary>One for each thing that Ollama's page on Modelfiles describes, in words of our own.</summary>
    public static TheoryData<string, string> Corpus => new()
    {
        { "FROM tiny", "From:tiny" },
        { "from Tiny:7b\n", "From:Tiny:7b" },
        { "FROM ./weights.gguf", "From:./weights.gguf" },
        { "FROM /models/a folder with blanks", "From:/models/a folder with blanks" },
        { "# who\nFROM a # not a comment\n\n  \t\nSYSTEM b", "From:a # not a comment|System:b" },
        { "FROM a\nPARAMETER temperature 1\nPARAMETER num_ctx 4096\nPARAMETER stop \"AI assistant:\"\nPARAMETER stop <|end|>", "From:a|Parameter(temperature):1|Parameter(num_ctx):4096|Parameter(stop):AI assistant:|Parameter(stop):<|end|>" },
        { "FROM a\nPARAMETER  mirostat_tau\t5.0  \n", "From:a|Parameter(mirostat_tau):5.0" },
        { "FROM a\nPARAMETER use_mmap false", "From:a|Parameter(use_mmap):false" },
        { "FROM a\nSYSTEM You are a lighthouse keeper.", "From:a|System:You are a lighthouse keeper." },
        { "FROM a\nSYSTEM \"\"\"You keep\n\n  a lighthouse.\n\"\"\"", "From:a|System:You keep\n\n  a lighthouse.\n" },
        { "FROM a\nSYSTEM \"one\ntwo\"", "From:a|System:one\ntwo" },
        { "FROM a\nSYSTEM \"She said \"no\".\"", "From:a|System:She said \"no\"." },
        { "FROM a\nSYSTEM \"\"", "From:a|System:" },
        { "FROM a\nSYSTEM \n", "From:a|System:" },
        { "FROM a\nTEMPLATE \"\"\"{{ if .System }}<|system|>{{ .System }}{{ end }}\n{{ .Prompt }}\"\"\"", "From:a|Template:{{ if .System }}<|system|>{{ .System }}{{ end }}\n{{ .Prompt }}" },
        { "FROM a\nADAPTER ./lora.gguf", "From:a|Adapter:./lora.gguf" },
        { "FROM a\nDRAFT ./small.gguf", "From:a|Draft:./small.gguf" },
        { "FROM a\nLICENSE \"\"\"\nAnyone may.\n\"\"\"\nLICENSE MIT", "From:a|License:\nAnyone may.\n|License:MIT" },
        { "FROM a\nMESSAGE system Be brief.\nMESSAGE user Is Toronto in Canada?\nMESSAGE assistant yes: it is", "From:a|Message(system):Be brief.|Message(user):Is Toronto in Canada?|Message(assistant):yes: it is" },
        { "FROM a\nMESSAGE user \"\"\"two\nlines\"\"\"", "From:a|Message(user):two\nlines" },
        { "FROM a\nRENDERER qwen3-coder\nPARSER qwen3-coder\nREQUIRES 0.14.0", "From:a|Renderer:qwen3-coder|Parser:qwen3-coder|Requires:0.14.0" },
        { "FROM a\r\nSYSTEM b\r\nMESSAGE user \"\"\"c\r\nd\"\"\"\r\n", "From:a|System:b|Message(user):c\r\nd" },
        { "FROM a\nFROM ./vision.gguf", "From:a|From:./vision.gguf" },
        { "FROM a\nSYSTEM 👨‍👩‍👧 ça va, שלום", "From:a|System:👨‍👩‍👧 ça va, שלום" },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public void What_the_language_can_say_is_read_and_written(string text, string expected)
    {
        Modelfile modelfile = Modelfile.Parse(text);

        Assert.Equal(expected, string.Join('|', modelfile.Instructions.Select(static i => i.Name is null ? $"{i.Keyword}:{i.Value}" : $"{i.Keyword}({i.Name}):{i.Value}")));
        Assert.Equal(modelfile.Instructions, Modelfile.Parse(modelfile.Print()).Instructions);
    }

    [Fact]
    public void A_thousand_generated_ones_are_read_as_they_were_written()
    {
        for (ulong seed = 0; seed < 1000; seed++)
        {
            Modelfile modelfile = RandomModelfile.Make(seed);
            string text = modelfile.Print();

            Modelfile read = Modelfile.Parse(text);

            Assert.Equal(modelfile.Instructions, read.Instructions);
            Assert.Equal(text, read.Print());
        }
    }

    [Theory]
    [InlineData("", "The Modelfile: there is no FROM", "a line FROM")]
    [InlineData("SYSTEM a", "The Modelfile: there is no FROM", "a line FROM")]
    [InlineData("FROM a\nFORM b", "Line 2 of the Modelfile: it begins with 'FORM'", "one of FROM, PARAMETER, TEMPLATE, SYSTEM, ADAPTER, DRAFT, RENDERER, PARSER, MESSAGE, LICENSE, REQUIRES")]
    [InlineData("FROM", "Line 1 of the Modelfile: FROM has no value", "a space and a value")]
    [InlineData("\n\nFROM \nSYSTEM a", "Line 3 of the Modelfile: FROM has no value", "a value")]
    [InlineData("FROM a\r\n\r\nSYSTEM\r\n", "Line 3 of the Modelfile: SYSTEM has no value", "a space and a value")]
    [InlineData("FROM a\nSYSTEM \"\"\"b\nc\n\n", "Line 2 of the Modelfile: the text that begins here has no end", "\"\"\"")]
    [InlineData("FROM a\nSYSTEM \"b\nc", "Line 2 of the Modelfile: the text that begins here has no end", "a line that ends in \"")]
    [InlineData("FROM a\nSYSTEM \"\"\"b\n\nc\"\"\"\nTOP_K 1", "Line 5 of the Modelfile: it begins with 'TOP_K'", "one of")]
    [InlineData("FROM a\nPARAMETER", "Line 2 of the Modelfile: PARAMETER has no value", "a value")]
    [InlineData("FROM a\nPARAMETER top_k", "Line 2 of the Modelfile: PARAMETER top_k has no value", "the name of a parameter, a space and a value")]
    [InlineData("FROM a\nPARAMETER topk 1", "Line 2 of the Modelfile: there is no parameter 'topk'", "top_k")]
    [InlineData("FROM a\nPARAMETER top_k 1.5", "Line 2 of the Modelfile: top_k cannot be '1.5'", "a whole number")]
    [InlineData("FROM a\nPARAMETER top_k 4294967296", "Line 2 of the Modelfile: top_k cannot be '4294967296'", "a whole number")]
    [InlineData("FROM a\nPARAMETER temperature warm", "Line 2 of the Modelfile: temperature cannot be 'warm'", "a number")]
    [InlineData("FROM a\nPARAMETER temperature NaN", "Line 2 of the Modelfile: temperature cannot be 'NaN'", "a number")]
    [InlineData("FROM a\nPARAMETER use_mmap maybe", "Line 2 of the Modelfile: use_mmap cannot be 'maybe'", "true or false")]
    [InlineData("FROM a\nMESSAGE user", "Line 2 of the Modelfile: MESSAGE user has no value", "a role")]
    [InlineData("FROM a\nMESSAGE tool b", "Line 2 of the Modelfile: a message cannot be of 'tool'", "system, user or assistant")]
    [InlineData("FROM a\nREQUIRES soon", "Line 2 of the Modelfile: 'soon' is no version", "a version")]
    [InlineData("FROM a\nADAPTER \n", "Line 2 of the Modelfile: ADAPTER has no value", "a value")]
    public void An_error_says_where_it_is_and_what_was_expected(string text, string problem, string expected)
    {
        StoreException e = Assert.Throws<StoreException>(() => Modelfile.Parse(text));

        Assert.Equal("modelfile_invalid", e.Code);
        Assert.StartsWith(problem, e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_be_in_utf8_or_utf16_with_a_mark()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("n"));
        try
        {
            foreach (Encoding encoding in new Encoding[] { new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
            {
                File.WriteAllText(path, "FROM a\nSYSTEM žluť", encoding);

                Assert.Equal("žluť", Modelfile.Load(path).Instructions[1].Value);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_text_that_the_language_has_no_form_for_is_an_error()
    {
        Modelfile modelfile = new(new ModelfileInstruction(ModelfileKeyword.From, "a"), new ModelfileInstruction(ModelfileKeyword.System, "b\"\"\" \nc"));

        Assert.Equal("modelfile_unprintable", Assert.Throws<StoreException>(() => modelfile.Print()).Code);
    }

    [Theory]
    [InlineData("0.14.0", 0, 14, 0)]
    [InlineData("v0.14.0", 0, 14, 0)]
    [InlineData("1", 1, 0, 0)]
    [InlineData("1.2", 1, 2, 0)]
    [InlineData("0.33.0-rc2+build.5", 0, 33, 0)]
    public void A_version_is_a_semantic_one(string text, int major, int minor, int patch)
    {
        Assert.True(RequiredVersion.TryParse(text, out Version? version));
        Assert.Equal(new Version(major, minor, patch), version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3.4")]
    [InlineData("1.x")]
    [InlineData("99999999999.0.0")]
    [InlineData("-1.0.0")]
    public void What_is_no_version_is_none(string text) => Assert.False(RequiredVersion.TryParse(text, out _));
}
