using System.Globalization;
using LocalInference.TestModels;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>
/// Damaged models by number: the same number always gives the same file. Even numbers are damaged as bytes
/// (<see cref="GgufMutator"/>), odd ones are well-formed files that say something wrong.
/// </summary>
internal sealed class MutantSource
{
    private readonly List<Seed> _seeds;

    /// <param name="models">Paths of undamaged models.</param>
    public MutantSource(IEnumerable<string> models) => _seeds = [.. models.Select(static path => new Seed(path))];

    /// <summary>Writes the file of a number.</summary>
    public Mutant Write(int index, string path)
    {
        Seed seed = _seeds[index / 2 % _seeds.Count];
        return new(index, $"#{index.ToString(CultureInfo.InvariantCulture)} {seed.Name}: {(index % 2 == 0 ? WriteBytes(seed, index / 2, path) : WriteEdits(seed, index, path))}");
    }

    private static string WriteBytes(Seed seed, int number, string path)
    {
        GgufMutation mutation = seed.Mutator.Mutate(number);
        File.WriteAllBytes(path, mutation.Bytes);
        return $"{mutation.Kind}, {mutation.Description}";
    }

    private static string WriteEdits(Seed seed, int index, string path)
    {
        // Seeded, and the algorithm of a seeded Random is kept by .NET for compatibility.
        Random random = new(index);
        while (true)
        {
            ModelImage image = seed.Image;
            List<string> words = [];
            int count = random.Next(4) == 0 ? 2 : 1;
            for (int i = 0; i < count; i++)
            {
                IReadOnlyList<ModelEdit> kind = seed.Edits[random.Next(seed.Edits.Count)];
                ModelEdit edit = kind[random.Next(kind.Count)];
                image = edit.Apply(image);
                words.Add(edit.Description);
            }

            if (image.TryWrite(path))
            {
                return string.Join(" and ", words);
            }
        }
    }

    private sealed class Seed
    {
        public Seed(string path)
        {
            Name = Path.GetFileNameWithoutExtension(path);
            Image = ModelImage.Read(path);
            Mutator = new GgufMutator(File.ReadAllBytes(path));
            Edits =
            [
                [.. MetadataEdits.Of(Image)],
                [.. TensorEdits.Of(Image)],
                [.. VocabularyEdits.Of(Image)],
                [.. ArchitectureEdits.AddedKeys(Image)],
                [.. ArchitectureEdits.Others(Image)],
            ];
        }

        public string Name { get; }

        public ModelImage Image { get; }

        public GgufMutator Mutator { get; }

        public IReadOnlyList<IReadOnlyList<ModelEdit>> Edits { get; }
    }
}
