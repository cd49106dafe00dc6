using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Datasets;

public sealed class InspectionTests : DatasetTest
{
    private const string Story = "The quick brown fox jumps over a lazy dog while seven wizards brew some strong potion in their old tower near that river bank, and nobody in town would ever guess what happens up there at midnight, when owls gather, candles burn low, books open by themselves, and one small mouse, who learned reading from crumbs of paper, writes everything down for her grandchildren.";

    [Theory]
    [InlineData("user assistant", null)]
    [InlineData("system developer user assistant user assistant", null)]
    [InlineData("user call tool tool assistant", null)]
    [InlineData("user call tool call tool assistant", null)]
    [InlineData("", "no messages")]
    [InlineData("user", "nobody answers")]
    [InlineData("user assistant user", "nobody answers")]
    [InlineData("user user assistant", "'user' follows 'user'")]
    [InlineData("user assistant assistant", "'assistant' follows")]
    [InlineData("assistant", "answers nothing")]
    [InlineData("system assistant", "answers nothing")]
    [InlineData("user system assistant", "not at the beginning")]
    [InlineData("user assistant tool assistant", "follows no call")]
    [InlineData("user bot", "no role 'bot'")]
    public async Task Roles_are_in_an_order_in_which_somebody_asks_and_is_answered(string roles, string? fault)
    {
        IEnumerable<string> messages = roles.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static role => role == "call"
            ? """{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}"""
            : $$"""{"role":"{{role}}","content":"x"}""");
        string path = Write("a.jsonl", $$"""{"messages":[{{string.Join(',', messages)}}]}""");

        DatasetReport report = await DatasetLoader.InspectAsync(path);

        DatasetIssue[] issues = [.. report.Issues.Where(static issue => issue.Kind == DatasetIssueKind.WrongRoles)];
        if (fault is null)
        {
            Assert.Empty(issues);
        }
        else
        {
            Assert.Contains(fault, Assert.Single(issues).Detail, StringComparison.Ordinal);
            Assert.Equal(1, (await DatasetLoader.InspectAsync(path, new DatasetOptions { Fixes = DatasetFixes.DropWrongRoles })).Dropped);
        }
    }

    [Fact]
    public async Task Duplicates_are_found_to_the_letter_and_nearly()
    {
        string path = Write("a.jsonl", Text(Story), Text("Something else entirely, which has nothing to do with the animals of the first."), Text(Story), Text(Story.Replace("quick", "fast", StringComparison.Ordinal)), Text($"  {Story.ToUpperInvariant()}!!"));

        DatasetReport report = await DatasetLoader.InspectAsync(path);

        Assert.Equal(
            [(DatasetIssueKind.Duplicate, 3, "the same as 1"), (DatasetIssueKind.NearDuplicate, 4, "nearly the same as 1"), (DatasetIssueKind.NearDuplicate, 5, "nearly the same as 1")],
            report.Issues.Select(static issue => (issue.Kind, issue.Line, issue.Detail)));
        Assert.Equal(1, (await DatasetLoader.InspectAsync(path, new DatasetOptions { Fixes = DatasetFixes.DropDuplicates })).Dropped);
        Assert.Equal(3, (await DatasetLoader.InspectAsync(path, new DatasetOptions { Fixes = DatasetFixes.DropDuplicates | DatasetFixes.DropNearDuplicates })).Dropped);
    }

    [Fact]
    public async Task Instructions_that_all_share_make_no_duplicates()
    {
        string[] lines = [.. new[] { "What is a cat?", "How far is the moon?" }.Select(question => $$"""{"messages":[{"role":"system","content":"{{Story}}"},{"role":"user","content":"{{question}}"},{"role":"assistant","content":"Ask about: {{question}}"}]}""")];

        Assert.Empty((await DatasetLoader.InspectAsync(Write("a.jsonl", lines))).Issues);
    }

    [Fact]
    public void The_estimate_of_similarity_is_near_the_truth()
    {
        var random = new Random(7);
        for (int round = 0; round < 40; round++)
        {
            string[] words = [.. Enumerable.Range(0, 400).Select(_ => $"w{random.Next(100_000)}")];
            int changed = random.Next(0, 60);
            string[] other = [.. words];
            for (int i = 0; i < changed; i++)
            {
                other[random.Next(other.Length)] = $"x{random.Next(100_000)}";
            }

            double expected = Similarity(words, other);
            double actual = MinHash.Of(string.Join(' ', words))!.SimilarityTo(MinHash.Of(string.Join(' ', other))!);

            // Four standard deviations of 128 places.
            Assert.InRange(actual, expected - 0.18, expected + 0.18);
        }

        static double Similarity(string[] left, string[] right)
        {
            HashSet<string> a = Shingles(left);
            HashSet<string> b = Shingles(right);
            return a.Intersect(b, StringComparer.Ordinal).Count() / (double)a.Union(b, StringComparer.Ordinal).Count();
        }

        static HashSet<string> Shingles(string[] words) => [.. Enumerable.Range(0, words.Length - 2).Select(i => string.Join(' ', words[i..(i + 3)]))];
    }

    [Theory]
    [InlineData("mail jane.doe+x@example.co.uk please", "mail [email] please", "Email")]
    [InlineData("not@amail, nor a@b, nor @handle", "not@amail, nor a@b, nor @handle", "")]
    [InlineData("key AKIAIOSFODNN7EXAMPLE here", "key [secret] here", "Key")]
    [InlineData("token ghp_0123456789abcdefghijABCDEFGHIJ012345.", "token [secret].", "Key")]
    [InlineData("sk-proj-abcdefghijklmnopqrstuvwxyz0123456789", "[secret]", "Key")]
    [InlineData("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "[secret]", "Key")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "[secret]", "Key")]
    [InlineData("task-abcdefghijklmnopqrstuvwx is a name", "task-abcdefghijklmnopqrstuvwx is a name", "")]
    [InlineData("password: hunter2!x9", "password: [secret]", "Password")]
    [InlineData("API_KEY=\"a1b2c3d4e5f6\"", "API_KEY=\"[secret]\"", "Password")]
    [InlineData("the password: correct horse", "the password: correct horse", "")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----", "[secret]", "PrivateKey")]
    public void Secrets_are_found_by_their_form_and_replaced(string text, string redacted, string kinds)
    {
        Assert.Equal(kinds, string.Join(' ', SecretScanner.Find(text)));
        Assert.Equal(redacted, SecretScanner.Redact(text));
    }

    [Fact]
    public async Task Reports_name_secrets_and_repeat_none()
    {
        string path = Write("a.jsonl", Text("write to jane@example.com and joe@example.com, AKIAIOSFODNN7EXAMPLE"));

        DatasetReport report = await DatasetLoader.InspectAsync(path);
        Assert.Equal([(DatasetIssueKind.Email, "2 e-mail addresses"), (DatasetIssueKind.Secret, "a key of a service")], report.Issues.Select(static issue => (issue.Kind, issue.Detail)));

        await DatasetLoader.CleanAsync(path, At("clean.jsonl"), new DatasetOptions { Fixes = DatasetFixes.Redact });
        Assert.Equal("""{"text":"write to [email] and [email], [secret]"}""" + "\n", await File.ReadAllTextAsync(At("clean.jsonl")));
    }

    [Fact]
    public async Task Definitions_of_tools_keep_no_secrets()
    {
        string line = """
            {"messages":[{"role":"user","content":"Time?"},{"role":"assistant","content":"Noon."}],"tools":[{"type":"function","function":{"name":"clock","description":"Ask jane@example.com.","parameters":{"type":"object","properties":{"key":{"type":"string","enum":["AKIAIOSFODNN7EXAMPLE","é"],"default":7}},"example":{"password":"hunter2!x9"}}}}]}
            """.Trim();

        await DatasetLoader.CleanAsync(Write("a.jsonl", line), At("clean.jsonl"), new DatasetOptions { Fixes = DatasetFixes.Redact });

        string expected = line
            .Replace("jane@example.com", "[email]", StringComparison.Ordinal)
            .Replace("AKIAIOSFODNN7EXAMPLE", "[secret]", StringComparison.Ordinal)
            .Replace("hunter2!x9", "[secret]", StringComparison.Ordinal);
        Assert.Equal(expected + "\n", await File.ReadAllTextAsync(At("clean.jsonl")));
    }

    [Fact]
    public async Task Cleaning_leaves_out_what_is_asked_and_what_is_nothing()
    {
        string path = Write("a.jsonl", Text(Story), "{", Text("   "), Text(Story), Text("Another one."));

        DatasetReport report = await DatasetLoader.CleanAsync(path, At("clean.jsonl"), new DatasetOptions { Fixes = DatasetFixes.DropDuplicates });

        Assert.Equal((5, 3), (report.Records, report.Dropped));
        Assert.Equal([Text(Story), Text("Another one.")], await File.ReadAllLinesAsync(At("clean.jsonl")));
        await Assert.ThrowsAsync<ConversionException>(() => DatasetLoader.CleanAsync(path, path));
        Assert.Equal(5, (await File.ReadAllLinesAsync(path)).Length);
    }

    [Fact]
    public async Task Of_each_kind_a_thousand_issues_are_listed_and_all_are_counted()
    {
        string[] lines = [.. Enumerable.Repeat("{", 1200).Prepend(Text("first"))];

        DatasetReport report = await DatasetLoader.InspectAsync(Write("a.jsonl", lines));

        Assert.Equal(1000, report.Issues.Count);
        Assert.Equal(1200, report.IssueCounts[DatasetIssueKind.Malformed]);
    }

    [Fact]
    public async Task Options_out_of_range_are_refused()
    {
        string path = Write("a.jsonl", Text("x"));
        foreach (DatasetOptions options in new DatasetOptions[] { new() { MaxLength = 1 }, new() { ValidationShare = 1 }, new() { ValidationShare = double.NaN }, new() { NearDuplicateSimilarity = 0 }, new() { Format = (DatasetFormat)9 }, new() { Loss = (DatasetLoss)9 } })
        {
            await Assert.ThrowsAsync<GenerationException>(() => DatasetLoader.InspectAsync(path, options));
        }
    }

    [Fact]
    public async Task The_validation_part_is_the_same_for_a_seed_and_shares_nothing_with_training()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        string[] lines = [.. Enumerable.Range(0, 100).Select(static i => Text($"Text number {i % 80}."))];
        string path = Write("a.jsonl", lines);

        Dataset first = await DatasetLoader.LoadAsync(path, model, new DatasetOptions { ValidationShare = 0.25, Seed = 3 });
        Dataset again = await DatasetLoader.LoadAsync(path, model, new DatasetOptions { ValidationShare = 0.25, Seed = 3 });
        Dataset other = await DatasetLoader.LoadAsync(path, model, new DatasetOptions { ValidationShare = 0.25, Seed = 4 });

        HashSet<string> validation = Texts(first.Validation);
        Assert.Equal(20, validation.Count);
        Assert.False(validation.Overlaps(Texts(first.Training)));
        Assert.Equal(100, first.Training.Count + first.Validation.Count);
        Assert.True(validation.SetEquals(Texts(again.Validation)));
        Assert.False(validation.SetEquals(Texts(other.Validation)));

        HashSet<string> Texts(IReadOnlyList<TrainingSample> samples) => [.. samples.Select(sample => model.Tokenizer.Decode(sample.Tokens))];
    }

    private static string Text(string text) => $$"""{"text":"{{text}}"}""";
}
