namespace LocalInference.Training;

/// <summary>What is changed in a dataset before it is used. Samples that cannot be rendered, or in which nothing is to be learned, are always left out.</summary>
[Flags]
public enum DatasetFixes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Of samples that are the same to the letter, the first stays.</summary>
    DropDuplicates = 1,

    /// <summary>Of samples that say nearly the same, the first stays.</summary>
    DropNearDuplicates = 2,

    /// <summary>Keys, passwords and e-mail addresses are replaced by <c>[secret]</c> and <c>[email]</c>.</summary>
    Redact = 4,

    /// <summary>Samples that are longer than <see cref="DatasetOptions.MaxLength"/> are left out instead of cut.</summary>
    DropTruncated = 8,

    /// <summary>Samples whose roles are in an order that no conversation has are left out.</summary>
    DropWrongRoles = 16,
}
