namespace LocalInference.Tests.KvCaching;

public sealed class PrefixTreeTests
{
    [Fact]
    public void A_sequence_is_found_by_its_start()
    {
        var tree = new PrefixTree();
        KvSequence first = Add(tree, 0, [1, 2, 3, 4]);

        Assert.Equal(3, tree.Match(AdapterSet.None, [1, 2, 3, 9]).Length);
        Assert.Equal(4, tree.Match(AdapterSet.None, [1, 2, 3, 4, 5]).Length);
        Assert.Equal(0, tree.Match(AdapterSet.None, [2, 3]).Length);
        Assert.Equal(0, tree.Match(AdapterSet.None, []).Length);
        Assert.Equal([1, 2, 3, 4], PrefixTree.TokensOf(first));
    }

    [Fact]
    public void Shared_cells_are_counted_once()
    {
        var tree = new PrefixTree();
        KvSequence first = Add(tree, 0, [1, 2, 3, 4]);
        KvSequence second = Fork(tree, 1, [1, 2, 7, 8]);

        Assert.Equal(6, tree.CellCount);
        Assert.Equal(2, PrefixTree.OwnCells(first));
        Assert.Equal(2, PrefixTree.OwnCells(second));

        tree.Truncate(first, 0);
        Assert.Equal(4, tree.CellCount);
        Assert.Equal(4, PrefixTree.OwnCells(second));
        Assert.Equal([1, 2, 7, 8], PrefixTree.TokensOf(second));
    }

    [Fact]
    public void Two_that_computed_the_same_apart_hold_cells_of_their_own()
    {
        var tree = new PrefixTree();
        Add(tree, 0, [1, 2, 3]);
        Add(tree, 1, [1, 2, 3, 4]);

        Assert.Equal(7, tree.CellCount);
        Assert.Equal(4, tree.Match(AdapterSet.None, [1, 2, 3, 4, 5]).Length);
    }

    [Fact]
    public void Forks_that_end_leave_no_splits_behind()
    {
        var tree = new PrefixTree();
        int[] tokens = [.. Enumerable.Range(0, 1000)];
        Add(tree, 0, tokens);

        for (int length = 1; length < 1000; length++)
        {
            KvSequence fork = Fork(tree, 1, [.. tokens[..length], -1]);
            tree.Truncate(fork, 0);
        }

        Assert.Single(tree.RootOf(AdapterSet.None).Children);
        Assert.Empty(tree.RootOf(AdapterSet.None).Children[0].Children);
        Assert.Equal(1000, tree.CellCount);
    }

    [Fact]
    public void A_root_stays_for_a_sequence_that_is_empty_yet_and_goes_with_it()
    {
        var tree = new PrefixTree();
        var retired = new AdapterSet([], []);
        KvNode root = tree.RootOf(retired);
        var sequence = new KvSequence(3, retired, root);
        retired.Forget();
        tree.RootOf(new AdapterSet([], []));
        tree.Append(sequence, [.. Enumerable.Range(0, 10)]);
        SequenceSet own = default;
        own.Add(3);
        Assert.Equal((10, 10), (tree.CellCount, tree.CellsHeldOnlyBy(own)));

        tree.Remove(sequence);
        tree.RootOf(new AdapterSet([], []));
        Assert.Equal(0, tree.CellCount);
        Assert.NotSame(root, tree.RootOf(retired));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_equals_a_model_that_keeps_every_cell(int seed)
    {
        // The model: each sequence is a list of numbered cells with their tokens; nothing is clever.
        var random = new Random(seed);
        var tree = new PrefixTree();
        var sequences = new Dictionary<int, KvSequence>();
        var model = new Dictionary<int, List<(int Cell, int Token)>>();
        int cells = 0;

        for (int step = 0; step < 4000; step++)
        {
            int id = random.Next(12);
            if (!sequences.TryGetValue(id, out KvSequence? sequence))
            {
                int[] prompt = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(3))];
                (KvNode node, int length) = tree.Match(AdapterSet.None, prompt);
                Assert.Equal(model.Values.Select(m => Common(m, prompt)).DefaultIfEmpty().Max(), length);
                sequence = new KvSequence(id, AdapterSet.None, tree.RootOf(AdapterSet.None));
                model[id] = [];
                if (length > 0)
                {
                    model[id].AddRange(model[node.Members.First].Take(length));
                    PrefixTree.Share(sequence, node, length);
                }

                sequences[id] = sequence;
            }
            else if (random.Next(3) == 0)
            {
                int length = random.Next(sequence.Length + 1);
                tree.Truncate(sequence, length);
                model[id].RemoveRange(length, model[id].Count - length);
                if (length == 0)
                {
                    sequences.Remove(id);
                    model.Remove(id);
                }
            }
            else
            {
                int[] tokens = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(3))];
                tree.Append(sequence, tokens);
                model[id].AddRange(tokens.Select(t => (cells++, t)));
            }

            Assert.Equal(model.Values.SelectMany(m => m).Select(c => c.Cell).Distinct().Count(), tree.CellCount);
            foreach ((int other, KvSequence its) in sequences)
            {
                Assert.Equal(model[other].Select(c => c.Token), PrefixTree.TokensOf(its));
                var others = model.Where(m => m.Key != other).SelectMany(m => m.Value).Select(c => c.Cell).ToHashSet();
                Assert.Equal(model[other].Count(c => !others.Contains(c.Cell)), PrefixTree.OwnCells(its));
            }
        }
    }

    private static int Common(List<(int Cell, int Token)> sequence, int[] prompt) =>
        sequence.Select(c => c.Token).Zip(prompt).TakeWhile(p => p.First == p.Second).Count();

    private static KvSequence Add(PrefixTree tree, int id, int[] tokens)
    {
        var sequence = new KvSequence(id, AdapterSet.None, tree.RootOf(AdapterSet.None));
        tree.Append(sequence, tokens);
        return sequence;
    }

    private static KvSequence Fork(PrefixTree tree, int id, int[] tokens)
    {
        (KvNode node, int length) = tree.Match(AdapterSet.None, tokens);
        var sequence = new KvSequence(id, AdapterSet.None, tree.RootOf(AdapterSet.None));
        PrefixTree.Share(sequence, node, length);
        tree.Append(sequence, tokens.AsSpan(length));
        return sequence;
    }
}
