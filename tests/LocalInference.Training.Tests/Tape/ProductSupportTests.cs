using LocalInference.Native;

namespace LocalInference.Training.Tests.Tape;

/// <summary>Tests that are run without AVX2 (.ci/run) would say nothing if the processor's products were computed all the same.</summary>
public sealed class ProductSupportTests
{
    [Fact]
    public void Where_AVX2_is_switched_off_ggml_computes_products()
    {
        bool isSwitchedOff = Environment.GetEnvironmentVariable("DOTNET_EnableAVX2") == "0";

        Assert.Equal(!isSwitchedOff && System.Runtime.Intrinsics.X86.Avx2.IsSupported && System.Runtime.Intrinsics.X86.Fma.IsSupported, ProductKernel.IsSupported);
    }
}
