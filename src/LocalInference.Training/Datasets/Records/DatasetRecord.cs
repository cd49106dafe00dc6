namespace LocalInference.Training;

/// <summary>One entry of a dataset, read and not yet rendered for a model.</summary>
/// <param name="Line">Where it is: its line in the file, or its number in an array or a text file, from 1.</param>
internal abstract record DatasetRecord(int Line)
{
    /// <summary>All that somebody wrote in it, in order.</summary>
    public abstract IEnumerable<string> Texts { get; }

    /// <summary>What makes it different from other samples: without instructions and tools, which many share.</summary>
    public virtual IEnumerable<string> OwnTexts => Texts;

    /// <summary>The same with every text replaced.</summary>
    public abstract DatasetRecord WithTexts(Func<string, string> replace);
}
