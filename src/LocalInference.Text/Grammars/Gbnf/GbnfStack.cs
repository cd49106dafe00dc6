namespace LocalInference.Text;

/// <summary>What is still to come in one reading of the text so far: an element, and below it the rest. Equal stacks are one object.</summary>
/// <param name="Position">Index of the next element.</param>
/// <param name="Below">What follows once its alternative ends; <see langword="null"/>: nothing.</param>
internal sealed record GbnfStack(int Position, GbnfStack? Below)
{
    public bool Equals(GbnfStack? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
