namespace LocalInference.TestModels;

/// <summary>Where an array of the metadata lies.</summary>
/// <param name="Count">The field that says how many elements there are.</param>
/// <param name="HoldsStrings">Whether the elements are strings; numbers otherwise.</param>
/// <param name="Elements">The bytes of each element, with a string's length.</param>
internal sealed record ArrayPlace(Field Count, bool HoldsStrings, IReadOnlyList<Range> Elements);
