using LocalInference.Gguf;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>Vocabularies whose tokens, types, scores or merges contradict what their tokenizer takes for granted.</summary>
internal static class VocabularyEdits
{
    private const string Tokens = "tokenizer.ggml.tokens";
    private const string Types = "tokenizer.ggml.token_type";

    private static readonly string[] s_models = ["llama", "gpt2", "bert", "t5", "rwkv", "plamo2", "hybriddna", "whitespace", "test", "none", "no_vocab", "gemma4"];

    private static readonly string[] s_preTokenizers =
    [
        "default", "llama3", "deepseek-llm", "deepseek-coder", "falcon", "mpt", "starcoder", "gpt-2", "refact", "command-r", "qwen2", "stablelm2", "olmo", "dbrx", "smaug-bpe",
        "poro-chat", "chatglm-bpe", "viking", "jais", "tekken", "smollm", "codeshell", "bloom", "gpt3-finnish", "exaone", "chameleon", "minerva-7b", "megrez", "gpt-4o", "superbpe",
        "trillion", "bailingmoe", "llama4", "pixtral", "seed-coder", "a.x-4.0", "midm-2.0", "lfm2", "exaone4", "hunyuan", "hunyuan-dense", "kimi-k2", "grok-2", "afmoe", "minimax-m2",
        "gemma4", "jina-v2-de", "phi-2", "modern-bert", "qwen35", "youtu", "solar-open", "joyai-llm", "jais2",
    ];

    public static IEnumerable<ModelEdit> Of(ModelImage model)
    {
        GgufArray tokens = model.Metadata.GetArray(Tokens);
        int[] places = [0, 1, 2, 5, 20, tokens.Count / 2, tokens.Count - 1];
        foreach (int place in places)
        {
            foreach ((string what, string text) in Texts(tokens, place))
            {
                yield return new($"token {place} is {what}", image => image.With(metadata => metadata.Set(Tokens, Replace(tokens, place, text))));
            }

            for (int type = -1; type < 8; type++)
            {
                int value = type;
                yield return new($"token {place} is of type {type}", image => Retype(image, types => types[place] = value));
            }
        }

        for (int type = 0; type < 8; type++)
        {
            int value = type;
            yield return new($"all tokens are of type {type}", image => Retype(image, types => types.Fill(value)));
        }

        foreach (string kind in s_models)
        {
            yield return MetadataEdits.Set("tokenizer.ggml.model", GgufValue.From(kind));
            yield return new($"tokenizer {kind} with merges", image => image.With(metadata => metadata.Set("tokenizer.ggml.model", kind).Set("tokenizer.ggml.pre", "gpt-2").Set("tokenizer.ggml.merges", GgufArray.FromStrings(["a b", "b", "", " ", "  ", "a  b", "\0 a"]))));
        }

        foreach (string pre in s_preTokenizers)
        {
            yield return MetadataEdits.Set("tokenizer.ggml.pre", GgufValue.From(pre));
        }

        foreach (ModelEdit edit in Special(tokens.Count))
        {
            yield return edit;
        }
    }

    private static IEnumerable<ModelEdit> Special(int count)
    {
        foreach (string name in (string[])["bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "cls", "mask", "fim_pre", "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep"])
        {
            foreach (uint id in (uint[])[0, (uint)count - 1, (uint)count, int.MaxValue, uint.MaxValue])
            {
                yield return MetadataEdits.Set($"tokenizer.ggml.{name}_token_id", GgufValue.From(id));
            }
        }

        foreach (string name in (string[])["add_bos_token", "add_eos_token", "add_sep_token", "add_space_prefix", "remove_extra_whitespaces"])
        {
            yield return MetadataEdits.Set($"tokenizer.ggml.{name}", GgufValue.From(true));
            yield return MetadataEdits.Set($"tokenizer.ggml.{name}", GgufValue.From(false));
        }

        yield return MetadataEdits.Set("tokenizer.ggml.suppress_tokens", GgufValue.From(GgufArray.From<int>([-1, 0, count, int.MaxValue])));
        yield return MetadataEdits.Set("tokenizer.ggml.scores", GgufValue.From(GgufArray.From<float>([.. Enumerable.Repeat(float.NaN, count)])));
        yield return MetadataEdits.Set("tokenizer.ggml.precompiled_charsmap", GgufValue.From(GgufArray.From<byte>([4, 0, 0, 0, 255, 255, 255, 255, 0])));
        yield return MetadataEdits.Set("tokenizer.chat_template", GgufValue.From("{% for"));
        yield return MetadataEdits.Set("general.name", GgufValue.From("Phi-3 mini"));
    }

    private static IEnumerable<(string What, string Text)> Texts(GgufArray tokens, int place)
    {
        yield return ("empty", "");
        yield return ("a NUL", "\0");
        yield return ("another's text", tokens.GetString((place + 7) % tokens.Count));
        yield return ("another's text and more after a NUL", tokens.GetString((place + 7) % tokens.Count) + "\0more");
        yield return ("the name of an empty token", $"[EMPTY_{(place + 1) % tokens.Count}]");
        yield return ("one character", "ж");
        yield return ("long", new string('ж', 3_000));
    }

    private static GgufArray Replace(GgufArray tokens, int place, string text) =>
        GgufArray.FromStrings(tokens.Select((token, i) => i == place ? text : token.AsString()));

    private static ModelImage Retype(ModelImage image, SpanChange change)
    {
        int[] types = image.Metadata.TryGetArray(Types, out GgufArray before) && before.ElementType == GgufValueType.Int32
            ? before.AsSpan<int>().ToArray()
            : new int[image.Metadata.TryGetArray(Tokens, out GgufArray tokens) ? tokens.Count : 1];
        if (types.Length > 0)
        {
            try
            {
                change(types);
            }
            catch (IndexOutOfRangeException)
            {
                // Another edit made the vocabulary shorter.
                return image;
            }
        }

        return image.With(metadata => metadata.Set(Types, GgufArray.From<int>(types)));
    }

    private delegate void SpanChange(Span<int> types);
}
