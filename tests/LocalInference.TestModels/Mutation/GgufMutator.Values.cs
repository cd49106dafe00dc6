using System.Buffers.Binary;
using System.Text;

namespace LocalInference.TestModels;

/// <content>Damage that leaves a well-formed file which contradicts itself: what the engine has to find before llama.cpp does.</content>
public sealed partial class GgufMutator
{
    // Architectures, tokenizers and pre-tokenizers that exist but are not this model's, and what is none of them.
    private static readonly string[] s_texts =
    [
        "", "llama", "qwen2", "gemma3", "phi3", "bert", "mamba", "t5", "clip", "unknown", "gpt2", "rwkv", "no_vocab", "none",
        "default", "llama-bpe", "smollm", "phi-3", "\0", "\u00e4", "{{", "{% for %}",
    ];

    private (string Description, byte[] Bytes) WrongText(ref SplitMix64 random)
    {
        Range place = _map.Texts[random.Below(_map.Texts.Count)];
        string text = s_texts[random.Below(s_texts.Length)];
        byte[] content = Encoding.UTF8.GetBytes(text);
        byte[] inserted = new byte[sizeof(ulong) + content.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(inserted, (ulong)content.Length);
        content.CopyTo(inserted, sizeof(ulong));
        byte[] bytes = Edit(place.Start.Value, place.End.Value - place.Start.Value, inserted);
        return (Text($"the text at {place.Start} became \"{text}\""), bytes);
    }

    private (string Description, byte[] Bytes) WrongElement(ref SplitMix64 random)
    {
        List<ArrayPlace> arrays = _map.Arrays.FindAll(static array => !array.HoldsStrings);
        ArrayPlace array = arrays[random.Below(arrays.Count)];
        Range element = array.Elements[random.Below(array.Elements.Count)];
        Field field = new(FieldKind.Number, element.Start.Value, element.End.Value - element.Start.Value);
        byte[] bytes = [.. model];
        ulong value = s_absurd[random.Below(s_absurd.Length)];
        Write(bytes, field, value);
        return (Text($"the element at {field.Position} became {value}"), bytes);
    }

    private (string Description, byte[] Bytes) Shorten(ref SplitMix64 random)
    {
        ArrayPlace array = _map.Arrays[random.Below(_map.Arrays.Count)];
        int before = array.Elements.Count;
        int count = random.Below(2) == 0 ? before - 1 : random.Below(before);
        int start = array.Elements[count].Start.Value;
        byte[] bytes = Edit(start, array.Elements[^1].End.Value - start, []);
        Write(bytes, array.Count, (ulong)count);
        return (Text($"the array at {array.Count.Position} has {count} elements instead of {before}"), bytes);
    }

    private (string Description, byte[] Bytes) Repeat(ref SplitMix64 random)
    {
        ArrayPlace array = _map.Arrays[random.Below(_map.Arrays.Count)];
        Range from = array.Elements[random.Below(array.Elements.Count)];
        Range to = array.Elements[random.Below(array.Elements.Count)];
        byte[] bytes = Edit(to.Start.Value, to.End.Value - to.Start.Value, model[from]);
        return (Text($"the element at {to.Start} became that at {from.Start}"), bytes);
    }
}
