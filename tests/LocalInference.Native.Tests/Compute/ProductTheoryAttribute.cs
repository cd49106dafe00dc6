namespace LocalInference.Native.Tests.Compute;

/// <summary>A test of products in managed code. Where the processor cannot, it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProductTheoryAttribute : TheoryAttribute
{
    public ProductTheoryAttribute()
    {
        if (!ProductKernel.IsSupported)
        {
            Skip = "Needs AVX2.";
        }
    }
}
