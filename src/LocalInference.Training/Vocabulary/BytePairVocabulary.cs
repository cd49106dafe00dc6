using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>
/// A vocabulary of byte-pair encoding over bytes, which spells every text, in the form in which llama.cpp reads it from a model's file
/// (<c>tokenizer.ggml.model</c> <c>gpt2</c>, <c>tokenizer.ggml.pre</c> <c>smollm</c>). Immutable.
/// </summary>
public sealed class BytePairVocabulary
{
    // llama_token_type of llama.h, v0.5.0.
    private const int NormalToken = 1;
    private const int ControlToken = 3;

    private readonly BytePairOptions _options;

    private BytePairVocabulary(BytePairOptions options, BytePairTraining training)
    {
        _options = options;
        Tokens = [.. training.Tokens];
        Merges = [.. training.Merges];
    }

    /// <summary>Tokens by id: control tokens, bytes, then what was merged, the most frequent first. All but the first are in GPT-2's alphabet of bytes.</summary>
    public ImmutableArray<string> Tokens { get; }

    /// <summary>Which two tokens become one, in the order in which a text is merged.</summary>
    public ImmutableArray<(string Left, string Right)> Merges { get; }

    /// <summary>SHA-256 over tokens and merges, in lower-case hexadecimal: two vocabularies that have the same are the same.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [.. Tokens, .. MergeLines]))));

    private IEnumerable<string> MergeLines => Merges.Select(static merge => $"{merge.Left} {merge.Right}");

    /// <summary>Trains a vocabulary. The same texts, in any order, give the same.</summary>
    /// <param name="texts">What is to take few tokens. Control tokens must not be spelled in them.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    /// <exception cref="TrainingException">An option means nothing.</exception>
    public static BytePairVocabulary Train(IEnumerable<string> texts, BytePairOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new BytePairOptions();
        Check(options);
        BytePairTraining training = new(texts, options);
        training.Run();
        return new BytePairVocabulary(options, training);
    }

    /// <summary>Sets the keys of a model's file that say what its vocabulary is. No token is added before or behind a text.</summary>
    /// <param name="metadata">What to add to.</param>
    public void WriteTo(GgufMetadataBuilder metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        int controls = _options.ControlTokens.Count;
        metadata
            .Set("tokenizer.ggml.model", "gpt2")
            .Set("tokenizer.ggml.pre", WordSplitter.Name)
            .Set("tokenizer.ggml.tokens", GgufArray.FromStrings(Tokens))
            .Set("tokenizer.ggml.token_type", GgufArray.From<int>([.. Tokens.Select((_, id) => id < controls ? ControlToken : NormalToken)]))
            .Set("tokenizer.ggml.merges", GgufArray.FromStrings(MergeLines))
            .Set("tokenizer.ggml.bos_token_id", 0u)
            .Set("tokenizer.ggml.eos_token_id", (uint)Tokens.IndexOf(_options.EndOfText))
            .Set("tokenizer.ggml.add_bos_token", false)
            .Set("tokenizer.ggml.add_space_prefix", false);
    }

    private static void Check(BytePairOptions options)
    {
        int least = options.ControlTokens.Count + byte.MaxValue + 1;
        Require(options.Size >= least, nameof(options.Size), $"must be at least {least}: the control tokens and the bytes", $"{options.Size}");
        Require(options.ControlTokens.Contains(options.EndOfText, StringComparer.Ordinal), nameof(options.EndOfText), "must be one of the control tokens", options.EndOfText);
        Require(options.ControlTokens.Distinct(StringComparer.Ordinal).Count() == options.ControlTokens.Count && options.ControlTokens.All(static token => token.Length > 1), nameof(options.ControlTokens), "must be different from each other and from characters", string.Join(' ', options.ControlTokens));
        Require(options.Separate.All(char.IsAscii), nameof(options.Separate), "must be ASCII", options.Separate);
    }

    private static void Require(bool holds, string name, string reason, string value)
    {
        if (!holds)
        {
            throw ExceptionFactory.TrainingOption(name, reason, value);
        }
    }
}
