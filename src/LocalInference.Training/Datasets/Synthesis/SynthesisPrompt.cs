using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>A sample that is to be asked for.</summary>
/// <param name="Key">Names it in a journal: the same for the same question, wherever its seed stands.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Seed">The seed of the request.</param>
internal sealed record SynthesisPrompt(string Key, string Text, long Seed)
{
    private const string RecordVariable = "seed";
    private const string NumberVariable = "number";
    private const string CountVariable = "count";

    /// <summary>The prompts of all samples, in the order of the seeds.</summary>
    /// <exception cref="TemplateException">The template does not parse, or fails.</exception>
    /// <exception cref="GenerationException">It has a place for a field that a seed lacks.</exception>
    public static IReadOnlyList<SynthesisPrompt> Render(IReadOnlyList<SynthesisSeed> seeds, SynthesisOptions options)
    {
        JinjaTemplate template = JinjaTemplate.Parse(options.Template, "prompt template");
        string[] places = [.. template.VariableNames.Where(static name => name is not (RecordVariable or NumberVariable or CountVariable))];
        Dictionary<string, int> asked = new(StringComparer.Ordinal);
        List<SynthesisPrompt> prompts = [];
        foreach ((int index, SynthesisSeed seed) in seeds.Index())
        {
            if (places.FirstOrDefault(place => !seed.Fields.ContainsKey(place)) is { } missing)
            {
                throw ExceptionFactory.Option(nameof(SynthesisOptions.Template), $"has a place for '{missing}', which seed {index + 1} does not have", missing, string.Join(", ", seed.Fields.Keys));
            }

            Dictionary<string, JinjaValue> variables = Variables(seed, options.SamplesPerSeed);
            for (int number = 1; number <= options.SamplesPerSeed; number++)
            {
                variables[NumberVariable] = JinjaValue.FromInteger(number);
                string text = template.Render(variables);

                // The same question a second time is another sample.
                int times = asked[text] = asked.GetValueOrDefault(text) + 1;
                prompts.Add(Create(text, times, options.Seed));
            }
        }

        return prompts;
    }

    private static Dictionary<string, JinjaValue> Variables(SynthesisSeed seed, int count)
    {
        Dictionary<string, JinjaValue> variables = seed.Fields.ToDictionary(static field => field.Key, static field => JinjaValue.FromJson(field.Value), StringComparer.Ordinal);
        variables[RecordVariable] = JinjaValue.FromMap([.. variables]);
        variables[CountVariable] = JinjaValue.FromInteger(count);
        return variables;
    }

    private static SynthesisPrompt Create(string text, int times, int seed)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{times} {text}"));
        Span<byte> mixed = stackalloc byte[sizeof(int) + 32];
        BinaryPrimitives.WriteInt32LittleEndian(mixed, seed);
        digest.CopyTo(mixed[sizeof(int)..]);

        // 31 bits: some providers take no more, and the largest of 32 stands for chance here.
        return new SynthesisPrompt(Convert.ToHexString(digest, 0, 16), text, BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(mixed)) >> 1);
    }
}
