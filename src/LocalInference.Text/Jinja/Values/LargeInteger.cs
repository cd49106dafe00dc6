using System.Numerics;

namespace LocalInference.Text.Jinja;

/// <summary>An integer beyond 64 bits.</summary>
internal sealed class LargeInteger(BigInteger value) : JinjaObject(JinjaValueKind.Integer)
{
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";
}
