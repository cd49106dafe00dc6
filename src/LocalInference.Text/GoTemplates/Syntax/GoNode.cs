namespace LocalInference.Text.GoTemplates;

/// <summary>A part of a template's tree.</summary>
/// <param name="Position">Where it begins in the source, which is also its order among all nodes.</param>
internal abstract record GoNode(int Position);
