using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Training.Tests.Datasets.Synthesis;

/// <summary>A scripted model that makes samples of prompts and judges them, and short ways to let it.</summary>
public abstract class SynthesisTest : DatasetTest
{
    internal static SynthesisSeed[] Seeds { get; } = [SynthesisSeed.Of("tea"), SynthesisSeed.Of("rain"), SynthesisSeed.Of("iron")];

    internal static SynthesisOptions Options { get; } = new() { Template = "{{ text }}{{ number }}" };

    internal string Output => At("made.jsonl");

    internal string[] Lines => File.ReadAllLines(Output);

    /// <summary>Answers each prompt with a sample that has its words.</summary>
    internal static ScriptedTextGenerator Model() => new(static (request, _) => ScriptedAnswer.Say(Sample(Prompt(request))));

    internal static string Sample(string prompt) => $$"""{"question": "What is {{prompt}}?", "answer": "{{prompt}} is {{prompt}}, by {{prompt}}."}""";

    /// <summary>The line of a prompt's sample in the output.</summary>
    internal static string Line(string prompt) => $$"""{"messages":[{"role":"user","content":"What is {{prompt}}?"},{"role":"assistant","content":"{{prompt}} is {{prompt}}, by {{prompt}}."}]}""";

    internal static string Prompt(GenerationRequest request) => ((ChatInput)request.Input).Messages[^1].Text;

    internal static string Instruction(GenerationRequest request) => ((ChatInput)request.Input).Messages[0].Text;

    internal static JsonElement Schema(GenerationRequest request) => Assert.IsType<JsonSchemaOutput>(request.Output).Schema;

    internal Task<SynthesisReport> MakeAsync(ITextGenerator model, SynthesisOptions? options = null, IReadOnlyList<SynthesisSeed>? seeds = null, IProgress<SynthesisReport>? progress = null, CancellationToken cancellationToken = default) =>
        DatasetSynthesizer.SynthesizeAsync(model.AsIChatClient(), seeds ?? Seeds, options ?? Options, Output, progress, cancellationToken);
}
