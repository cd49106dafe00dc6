using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Store;

public sealed class ModelNameTests
{
    private static readonly string s_part80 = new('8', 80);
    private static readonly string s_part350 = new('3', 350);

    public static TheoryData<string> Refused =>
    [
        "", " ", ":", "/", "//", "//m", "m:", ":t", "n/m:", "/n/m", "h//m", "h/n/", "a/b/c/d", "m@d", "^", "-m", ".m", "m:-t", "h/-n/m", "-h/n/m", "n.s/m", "h/n:s/m",
        "..", "../m", "h/../m:t", "h/n/..:t", "h/n/m:..", "m:..", "../../etc/passwd", "C:\\m", "n\\m", "/etc/passwd", "m\0", "m\n", "m t", "ｍ", "mé", "m\u202e", "m\u2215n", "~/m",
        new('8', 81), "h/" + new string('8', 81) + "/m", "m:" + new string('8', 81), new string('3', 351) + "/n/m", "https://h/m",
    ];

    [Theory]
    [InlineData("qwen2.5", "registry.ollama.ai/library/qwen2.5:latest", "qwen2.5:latest")]
    [InlineData("qwen2.5:0.5b-instruct_Q4", "registry.ollama.ai/library/qwen2.5:0.5b-instruct_Q4", "qwen2.5:0.5b-instruct_Q4")]
    [InlineData("someone/model", "registry.ollama.ai/someone/model:latest", "someone/model:latest")]
    [InlineData("REGISTRY.ollama.ai/Library/m:t", "REGISTRY.ollama.ai/Library/m:t", "m:t")]
    [InlineData("hf.co/org/repo.name-GGUF:Q4_K_M", "hf.co/org/repo.name-GGUF:Q4_K_M", "hf.co/org/repo.name-GGUF:Q4_K_M")]
    [InlineData("localhost:5000/library/m", "localhost:5000/library/m:latest", "localhost:5000/library/m:latest")]
    [InlineData("https://host/n/m:t", "host/n/m:t", "host/n/m:t")]
    [InlineData("scheme://host:port/namespace/model:tag", "host:port/namespace/model:tag", "host:port/namespace/model:tag")]
    [InlineData("_why/_the/_lucky:_stiff", "_why/_the/_lucky:_stiff", "_why/_the/_lucky:_stiff")]
    [InlineData("host./n/a..b:c..", "host./n/a..b:c..", "host./n/a..b:c..")]
    public void A_name_is_read_with_ollamas_defaults(string text, string full, string shortest)
    {
        ModelName name = ModelName.Parse(text);

        Assert.Equal((full, shortest), (name.Full, name.ToString()));
        Assert.Equal(name, ModelName.Parse(name.ToString()));
    }

    [Fact]
    public void The_longest_parts_are_as_long_as_ollamas()
    {
        string text = $"{s_part350}/{s_part80}/{s_part80}:{s_part80}";

        Assert.Equal(text, ModelName.Parse(text).Full);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_name_is_refused(string text)
    {
        Assert.False(ModelName.TryParse(text, out _));
        Assert.Equal("model_name_invalid", Assert.Throws<StoreException>(() => ModelName.Parse(text)).Code);
    }

    [Fact]
    public void Names_differ_by_more_than_case()
    {
        Assert.Equal(ModelName.Parse("Some/Model:Tag"), ModelName.Parse("some/mODEL:tAG"));
        Assert.Equal(ModelName.Parse("Some/Model:Tag").GetHashCode(), ModelName.Parse("some/mODEL:tAG").GetHashCode());
        Assert.NotEqual(ModelName.Parse("some/model:tag"), ModelName.Parse("some/model:tab"));
    }

    [Fact]
    public void No_text_leads_out_of_the_store()
    {
        const string Alphabet = "ab1_-.:/\\ ~\0%é\u2024\u2215";
        StoreRoot root = new(Path.Combine(Path.GetTempPath(), "nowhere"), isWritable: true);
        SplitMix64 dice = new(5);
        int names = 0;
        for (int i = 0; i < 50_000; i++)
        {
            char[] text = new char[1 + dice.Below(12)];
            for (int c = 0; c < text.Length; c++)
            {
                text[c] = Alphabet[dice.Below(Alphabet.Length)];
            }

            if (ModelName.TryParse(new string(text), out ModelName? name))
            {
                names++;
                string path = root.ManifestPath(name);
                Assert.Equal(Path.GetFullPath(path), path);
                Assert.StartsWith(root.Manifests + Path.DirectorySeparatorChar, path, StringComparison.Ordinal);
                Assert.Equal(4, path[root.Manifests.Length..].Count(static c => c == Path.DirectorySeparatorChar));
            }
        }

        Assert.InRange(names, 500, 50_000);
    }

    [Theory]
    [InlineData("con", true)]
    [InlineData("NUL.gguf", true)]
    [InlineData("com1", true)]
    [InlineData("lpt9.x", true)]
    [InlineData("name.", true)]
    [InlineData("host:80", true)]
    [InlineData("console", false)]
    [InlineData("com0", false)]
    [InlineData("qwen2.5", false)]
    public void What_windows_reads_as_something_else_is_known(string name, bool isMisread) => Assert.Equal(isMisread, WindowsFileName.IsMisread(name));

    [Theory]
    [InlineData("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true)]
    [InlineData("sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true)]
    [InlineData("sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", false)]
    [InlineData("sha256:0123456789abcdef", false)]
    [InlineData("sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", false)]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd", false)]
    [InlineData("", false)]
    public void A_digest_is_64_digits_in_lower_case(string text, bool isDigest)
    {
        Assert.Equal(isDigest, BlobDigest.TryParse(text, out BlobDigest digest));
        if (isDigest)
        {
            Assert.Equal(text[7..], digest.Hex);
        }
    }
}
