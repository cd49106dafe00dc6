using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>A matrix with its singular values set to about 1, which Muon moves by. It has no gradient.</summary>
internal sealed unsafe partial class Tape
{
    /// <summary>Nodes that <see cref="Orthogonal"/> needs at most, with what keeps its result.</summary>
    public const int OrthogonalNodes = (Iterations * 10) + 2;

    private const int Iterations = 5;

    // Jordan's polynomial x ↦ a x + b x³ + c x⁵: five times brings every singular value from 0.003 on into 0.7 to 1.2.
    private const float First = 3.4445f;
    private const float Third = -4.7750f;
    private const float Fifth = 2.0315f;

    /// <summary>U·Vᵀ, roughly, of a matrix U·Σ·Vᵀ, by Newton and Schulz's iteration.</summary>
    /// <param name="matrix">F32, with no singular value above 1.</param>
    public ggml_tensor* Orthogonal(ggml_tensor* matrix)
    {
        // The squares are of the shorter side.
        bool isTall = matrix->ne[1] > matrix->ne[0];
        ggml_tensor* x = matrix;
        for (int i = 0; i < Iterations; i++)
        {
            EnsureRoom();
            ggml_tensor* square = isTall ? AcrossRows(x, x) : ByRows(x, x);
            ggml_tensor* factor = Ggml.ggml_add(_context, Scaled(square, Third), ByRows(square, square, Fifth));
            x = Expand(Ggml.ggml_add(_context, Scaled(x, First), isTall ? ByElements(x, factor) : ByElements(factor, x)));
        }

        return x;
    }
}
