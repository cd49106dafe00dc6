using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalInference.Guide;

/// <summary>What lies in <c>models/guide</c>, read as strictly as its schemas are.</summary>
internal sealed class GuideCorpus
{
    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly string _folder;

    private GuideCorpus(string folder)
    {
        _folder = folder;
        Topics =
        [
            .. Directory.EnumerateFiles(Path.Combine(folder, "topics"), "*.json")
                .Order(StringComparer.Ordinal)
                .Select(path => Read<GuideTopic>("topics", Path.GetFileName(path))),
        ];
        OffTopic = Read<GuideOffTopic>("off-topic.json");
        Tools = Read<GuideTools>("tools", "requests.json");
        Variations = Read<GuideVariations>("variations.json");
        Tool = JsonElement.Parse(Text("tools", "pull_model.json"));
        ChatTemplate = Text("chat_template.jinja");
    }

    public IReadOnlyList<GuideTopic> Topics { get; }

    public GuideOffTopic OffTopic { get; }

    public GuideTools Tools { get; }

    public GuideVariations Variations { get; }

    /// <summary>The definition of the tool, as clients send it.</summary>
    public JsonElement Tool { get; }

    public string ChatTemplate { get; }

    /// <summary>The questions of all topics.</summary>
    public IEnumerable<GuideQuestion> Questions => Topics.SelectMany(static topic => topic.Questions);

    /// <summary>All that the guide says in words, each once: answers, refusals and what it says to tools and without them, before names are put in.</summary>
    public IReadOnlyList<string> Answers =>
    [
        .. Questions.Select(static question => question.Answer)
            .Concat(OffTopic.Refusals.Values)
            .Concat(Tools.Results.Select(static outcome => outcome.Answer))
            .Concat([Tools.WithoutTool.Answer, Tools.HowTo.Answer])
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Reads the folder.</summary>
    /// <exception cref="JsonException">A file is not as its schema says.</exception>
    /// <exception cref="IOException">A file is not there.</exception>
    public static GuideCorpus Read(string folder) => new(folder);

    private string Text(params string[] path) => File.ReadAllText(Path.Combine([_folder, .. path]));

    private T Read<T>(params string[] path) => JsonSerializer.Deserialize<T>(Text(path), s_strict)!;
}
