using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Memory;

[Collection(ModelTests.Name)]
public sealed class MemoryPlanTests(ModelFixture fixture)
{
    private const long Plenty = 1L << 50;

    private static readonly TestModelSpec s_deep = TestModelSpec.Llama with { Name = "deep-llama", BlockCount = 24, ContextLength = 65_536 };

    private static readonly TestModelSpec s_tied = s_deep with { Name = "deep-tied", TiedEmbeddings = true, BlockCount = 3 };

    [Theory]
    [InlineData(2048, 2048)]
    [InlineData(32_768, 32_768)]
    [InlineData(131_072, 32_768)]
    public void With_memory_to_spare_the_context_is_the_models_own_up_to_32768(int trained, int expected) =>
        Assert.Equal(expected, Plan(s_deep with { Name = $"context-{trained}", ContextLength = trained, BlockCount = 1 }, Plenty).ContextLength);

    [Fact]
    public void On_the_host_the_batch_and_then_the_context_shrink_to_what_half_of_the_free_memory_holds()
    {
        Assert.Equal((16_384, 512), Sizes(Plan(s_deep, Enough(16_384, 512))));
        Assert.Equal((16_384, 256), Sizes(Plan(s_deep, Enough(16_384, 512) - 2)));
        Assert.Equal((16_384, 64), Sizes(Plan(s_deep, Enough(16_384, 64))));
        Assert.Equal((8_192, 512), Sizes(Plan(s_deep, Enough(16_384, 64) - 2)));

        // One that was asked for stays.
        Assert.Equal((8_192, 500), Sizes(PlanWith(new() { BatchSize = 500 }, Enough(16_384, 500) - 2)));

        long Enough(int context, int batch)
        {
            using GgufFile file = GgufFile.Open(fixture.FileOf(s_deep));
            MemoryEstimate half = MemoryEstimate.Of(file, context, batch);
            return 2 * (half.TotalBytes - half.WeightBytes);
        }
    }

    [Fact]
    public void The_batch_shrinks_before_a_model_is_refused()
    {
        using GgufFile file = GgufFile.Open(fixture.FileOf(s_deep));
        LocalModelOptions options = new() { ContextLength = 16_384, CacheLength = 16_384 };
        MemoryEstimate least = MemoryEstimate.Of(file, 16_384, 64);

        // With the sixteenth that is left alone.
        long tight = (least.TotalBytes - least.WeightBytes) * 16 / 15;

        Assert.Equal((16_384, 64), Sizes(PlanWith(options, tight + 1)));
        Assert.Throws<ModelMemoryException>(() => PlanWith(options, tight - 16));
        Assert.Throws<ModelMemoryException>(() => PlanWith(options with { BatchSize = 500 }, tight + 1));
        Assert.Equal(100, PlanWith(new() { ContextLength = 100 }, Plenty).BatchSize);
    }

    [Fact]
    public void Without_gpus_everything_is_the_hosts_and_adds_up_to_the_estimate()
    {
        using GgufFile file = GgufFile.Open(fixture.FileOf(s_deep));
        MemoryPlan plan = MemoryPlan.Of(file, new LocalModelOptions { ContextLength = 2048, CacheLength = 2048 }, Host(Plenty), []);
        MemoryEstimate estimate = MemoryEstimate.Of(file, 2048);

        Assert.Equal(0, plan.GpuLayers);
        Assert.Equal(25, plan.LayerCount);
        Assert.Equal(25, plan.Host.Layers);
        Assert.Equal(estimate.WeightBytes, plan.Host.WeightBytes);
        Assert.Equal(estimate.KeyValueCacheBytes, plan.Host.KeyValueCacheBytes);
        Assert.Equal(estimate.ComputeBufferBytes, plan.Host.ComputeBufferBytes);
        Assert.Equal(estimate.TotalBytes, plan.TotalBytes);
        Assert.False(plan.LeavesWeightsInFile);
    }

    [Fact]
    public void Of_a_hybrid_model_only_the_layers_that_attend_take_room_for_the_context()
    {
        const int Context = 4096, Requests = 2;
        string path = Path.Combine(Path.GetTempPath(), $"localinference-hybrid-{Guid.NewGuid():n}.gguf");
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("general.architecture", "qwen35")
            .Set("qwen35.block_count", 8u)
            .Set("qwen35.context_length", (uint)Context)
            .Set("qwen35.embedding_length", 64u)
            .Set("qwen35.attention.head_count", 4u)
            .Set("qwen35.attention.head_count_kv", 2u)
            .Set("qwen35.attention.key_length", 16u)
            .Set("qwen35.attention.value_length", 16u)
            .Set("qwen35.ssm.conv_kernel", 4u)
            .Set("qwen35.ssm.inner_size", 64u)
            .Set("qwen35.ssm.state_size", 16u)
            .Set("qwen35.ssm.group_count", 2u)
            .Build();
        try
        {
            using (GgufWriter writer = GgufWriter.Create(path, metadata, [.. Enumerable.Range(0, 8).Select(static layer => new GgufTensorDefinition($"blk.{layer}.attn_norm.weight", GgufTensorType.F32, 64))]))
            {
                for (int layer = 0; layer < 8; layer++)
                {
                    writer.Write(new byte[64 * sizeof(float)]);
                }

                writer.Complete();
            }

            using GgufFile file = GgufFile.Open(path);
            LocalModelOptions options = new() { ContextLength = Context, CacheLength = Context, Parallel = Requests, GpuReserveBytes = 0 };
            const long Cache = 2L * (16 + 16) * 2 * Context;
            const long State = ((3 * (64 + (2 * 2 * 16))) + (16 * 64)) * sizeof(float) * Requests;

            Assert.Equal((2 * Cache) + (6 * State), MemoryPlan.Of(file, options, Host(Plenty), []).Host.KeyValueCacheBytes);
            Assert.Equal(2 * Cache, MemoryEstimate.Of(file, Context).KeyValueCacheBytes);

            // The output layer, and the last four of the others: three of them recurrent.
            MemoryPlan split = MemoryPlan.Of(file, options with { GpuLayers = 5 }, Host(Plenty), [Gpu("GPU0", Plenty)]);
            Assert.Equal((Cache + (3 * State), Cache + (3 * State)), (split.Host.KeyValueCacheBytes, Assert.Single(split.Gpus).KeyValueCacheBytes));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_gpu_that_holds_all_gets_all_but_the_embedding()
    {
        using GgufFile file = GgufFile.Open(fixture.FileOf(s_deep));
        MemoryPlan plan = MemoryPlan.Of(file, null, Host(Plenty), [Gpu("GPU0", Plenty)]);
        long embedding = file.Tensors.Single(static tensor => tensor.Name == "token_embd.weight").ByteLength;

        Assert.Equal(25, plan.GpuLayers);
        Assert.Equal(0, plan.Host.Layers);
        Assert.Equal(embedding, plan.Host.WeightBytes);
        Assert.Equal(0, plan.Host.KeyValueCacheBytes);
        Assert.Equal(file.Describe().TensorBytes - embedding, Assert.Single(plan.Gpus).WeightBytes);
        Assert.Equal(32_768, plan.ContextLength);
        Assert.Equal(8 * 32_768, plan.CacheLength);
    }

    [Fact]
    public void A_tied_embedding_lies_on_both_sides()
    {
        using GgufFile file = GgufFile.Open(fixture.FileOf(s_tied));
        MemoryPlan plan = MemoryPlan.Of(file, null, Host(Plenty), [Gpu("GPU0", Plenty)]);

        Assert.Equal(file.Describe().TensorBytes, plan.Gpus[0].WeightBytes);
        Assert.Equal(file.Tensors.Single(static tensor => tensor.Name == "token_embd.weight").ByteLength, plan.Host.WeightBytes);
    }

    [Fact]
    public void An_unasked_context_gives_way_before_a_layer_does()
    {
        MemoryPlan whole = Plan(s_deep, Plenty, Gpu("GPU0", Plenty));
        Assert.Equal(32_768, whole.ContextLength);

        // Room for all layers with 8,192 tokens, and not for one byte more.
        LocalModelOptions asked = new() { GpuReserveBytes = 0, ContextLength = 8192, CacheLength = 8192 };
        long exact = PlanWith(asked, Plenty, Gpu("GPU0", Plenty)).GpuBytes;
        LocalModelOptions unasked = new() { GpuReserveBytes = 0 };

        MemoryPlan plan = PlanWith(unasked, Plenty, Gpu("GPU0", exact));
        Assert.Equal((25, 8192, 8192, 512), (plan.GpuLayers, plan.ContextLength, plan.CacheLength, plan.BatchSize));
        plan = PlanWith(unasked, Plenty, Gpu("GPU0", exact - 1));
        Assert.Equal((25, 8192, 256), (plan.GpuLayers, plan.ContextLength, plan.BatchSize));

        // The same with the smallest batch.
        long least = PlanWith(asked with { BatchSize = 64 }, Plenty, Gpu("GPU0", Plenty)).GpuBytes;
        Assert.Equal((8192, 64), Sizes(PlanWith(unasked, Plenty, Gpu("GPU0", least))));
        plan = PlanWith(unasked, Plenty, Gpu("GPU0", least - 1));
        Assert.Equal((25, 4096, 512), (plan.GpuLayers, plan.ContextLength, plan.BatchSize));

        // A context that was asked for stays, and layers leave, which costs more than a batch gains.
        plan = PlanWith(asked, Plenty, Gpu("GPU0", least - 1));
        Assert.Equal((8192, 512), Sizes(plan));
        Assert.InRange(plan.GpuLayers, 1, 24);

        // So does a batch.
        LocalModelOptions both = asked with { BatchSize = 500 };
        MemoryPlan split = PlanWith(both, Plenty, Gpu("GPU0", PlanWith(both, Plenty, Gpu("GPU0", Plenty)).GpuBytes - 1));
        Assert.Equal((24, 8192, 500), (split.GpuLayers, split.ContextLength, split.BatchSize));
        Assert.Equal(1, split.Host.Layers);
    }

    [Fact]
    public void Where_layers_stay_on_the_host_the_context_gives_way_and_the_batch_only_before_a_refusal()
    {
        // Not all layers fit, with whatever context and batch: 20 of 24 and the output layer do.
        LocalModelOptions asked = new() { GpuReserveBytes = 0, ContextLength = 4096, CacheLength = 4096 };
        DeviceMemory gpu = Gpu("GPU0", PlanWith(asked with { BatchSize = 64 }, Plenty, Gpu("GPU0", Plenty)).GpuBytes - 1);
        LocalModelOptions unasked = new() { GpuReserveBytes = 0, Parallel = 1 };
        MemoryPlan plan = PlanWith(unasked, Plenty, gpu);
        Assert.Equal((21, 4096, 512), (plan.GpuLayers, plan.ContextLength, plan.BatchSize));

        // Half of the host's memory is what it computes with, and then a little less.
        long need = plan.Host.KeyValueCacheBytes + plan.Host.ComputeBufferBytes;
        plan = PlanWith(unasked, 2 * need, gpu);
        Assert.Equal((21, 4096, 512), (plan.GpuLayers, plan.ContextLength, plan.BatchSize));
        plan = PlanWith(unasked, (2 * need) - 2, gpu);
        Assert.Equal((21, 2048, 512), (plan.GpuLayers, plan.ContextLength, plan.BatchSize));

        // A sixteenth of the host's memory is left alone, so that a batch of 512 does not fit at all.
        plan = PlanWith(asked, need, gpu);
        Assert.Equal((21, 4096, 256), (plan.GpuLayers, plan.ContextLength, plan.BatchSize));
        Assert.Throws<ModelMemoryException>(() => PlanWith(asked with { BatchSize = 500 }, need, gpu));
    }

    [Theory]
    [InlineData(32_768, 0, 16_384, 512)]
    [InlineData(4096, 0, 4096, 64)]
    [InlineData(4096, 1, 2048, 512)]
    public void With_a_part_of_the_layers_asked_for_a_useful_context_gives_way_before_the_batch(int roomFor, int missing, int context, int batch)
    {
        // Room for these layers with the smallest batch.
        LocalModelOptions options = new() { GpuReserveBytes = 0, GpuLayers = 10 };
        long exact = PlanWith(options with { ContextLength = roomFor, CacheLength = roomFor, BatchSize = 64 }, Plenty, Gpu("GPU0", Plenty)).GpuBytes;

        MemoryPlan plan = PlanWith(options, Plenty, Gpu("GPU0", exact - missing));

        Assert.Equal((10, context, batch), (plan.GpuLayers, plan.ContextLength, plan.BatchSize));
    }

    [Fact]
    public void One_gpu_that_holds_all_is_enough_and_two_that_do_not_are_filled_alike()
    {
        MemoryPlan single = Plan(s_deep, Plenty, Gpu("GPU0", Plenty / 2), Gpu("GPU1", Plenty));
        Assert.Equal(("GPU1", 25), (Assert.Single(single.Gpus).Device.Name, single.Gpus[0].Layers));

        LocalModelOptions options = new() { GpuReserveBytes = 0, ContextLength = 4096, CacheLength = 4096 };
        long all = PlanWith(options, Plenty, Gpu("GPU0", Plenty)).GpuBytes;
        MemoryPlan two = PlanWith(options, Plenty, Gpu("GPU0", all * 9 / 10), Gpu("GPU1", all * 9 / 10));
        Assert.Equal(25, two.GpuLayers);
        Assert.InRange(two.Gpus[0].Layers, 12, 13);
        Assert.Equal("GPU0 GPU1", string.Join(' ', two.Gpus.Select(static gpu => gpu.Device.Name)));
    }

    [Fact]
    public void What_is_asked_of_the_gpus_is_done_or_refused_with_the_figures()
    {
        Assert.Equal(0, PlanWith(new() { GpuLayers = 0 }, Plenty, Gpu("GPU0", Plenty)).GpuLayers);
        Assert.Equal(10, PlanWith(new() { GpuLayers = 10 }, Plenty, Gpu("GPU0", Plenty)).GpuLayers);
        Assert.Equal(25, PlanWith(new() { GpuLayers = 999 }, Plenty, Gpu("GPU0", Plenty)).GpuLayers);
        Assert.Equal(0, PlanWith(new() { GpuLayers = 999 }, Plenty).GpuLayers);
        Assert.Equal("GPU1", Assert.Single(PlanWith(new() { MainGpu = 1 }, Plenty, Gpu("GPU0", Plenty), Gpu("GPU1", Plenty)).Gpus).Device.Name);
        Assert.Equal([5, 20], PlanWith(new() { TensorSplit = [1, 4] }, Plenty, Gpu("GPU0", Plenty), Gpu("GPU1", Plenty)).Gpus.Select(static gpu => gpu.Layers));
        Assert.Equal("GPU1", Assert.Single(PlanWith(new() { TensorSplit = [0, 1] }, Plenty, Gpu("GPU0", Plenty), Gpu("GPU1", Plenty)).Gpus).Device.Name);

        ModelMemoryException memory = Assert.Throws<ModelMemoryException>(() => PlanWith(new() { GpuLayers = 25, GpuReserveBytes = 0 }, Plenty, Gpu("GPU0", 1 << 20)));
        Assert.Equal("model_memory", memory.Code);
        Assert.True(long.Parse(memory.Value!) > long.Parse(memory.Limit!));
        Assert.Throws<GenerationException>(() => PlanWith(new() { MainGpu = 2 }, Plenty, Gpu("GPU0", Plenty)));
        Assert.Throws<GenerationException>(() => PlanWith(new() { TensorSplit = [1, 1] }, Plenty, Gpu("GPU0", Plenty)));
    }

    [Fact]
    public void Weights_that_the_host_cannot_hold_stay_in_the_file_or_are_refused()
    {
        LocalModelOptions options = new() { ContextLength = 256, CacheLength = 256, BatchSize = 256 };
        MemoryPlan plan = PlanWith(options, Plenty);
        long tight = plan.Host.KeyValueCacheBytes + plan.Host.ComputeBufferBytes + (plan.Host.WeightBytes / 2);

        Assert.True(PlanWith(options, tight * 16 / 15).LeavesWeightsInFile);
        ModelMemoryException e = Assert.Throws<ModelMemoryException>(() => PlanWith(options with { UseMemoryMapping = false }, tight * 16 / 15));
        Assert.Equal(plan.Host.TotalBytes, long.Parse(e.Value!));
        Assert.Throws<ModelMemoryException>(() => PlanWith(options, plan.Host.ComputeBufferBytes));
    }

    [Fact]
    public void A_gpu_without_memory_of_its_own_takes_none_that_the_host_has_not()
    {
        LocalModelOptions options = new() { GpuReserveBytes = 0 };
        MemoryPlan plan = PlanWith(options, 64 << 20, Gpu("IGPU", Plenty) with { SharesHostMemory = true });

        Assert.True(plan.GpuBytes + plan.Host.KeyValueCacheBytes + plan.Host.ComputeBufferBytes <= 64 << 20);
    }

    [Fact]
    public void On_any_machine_no_plan_takes_more_than_is_free_and_more_memory_never_means_fewer_layers()
    {
        var random = new Random(20_261_121);
        using GgufFile file = GgufFile.Open(fixture.FileOf(s_deep));
        int partial = 0, split = 0;
        for (int i = 0; i < 400; i++)
        {
            LocalModelOptions options = new()
            {
                GpuReserveBytes = random.NextInt64(4 << 20),
                ContextLength = random.Next(2) == 0 ? null : random.Next(64, 16_384),
                CacheLength = random.Next(2) == 0 ? null : random.Next(64, 32_768),
                BatchSize = random.Next(1, 1024),
            };
            options = i % 4 == 0 ? options with { BatchSize = 512 } : options;
            DeviceMemory host = Host(random.NextInt64(1L << 30, 1L << 34));
            DeviceMemory[] gpus = [.. Enumerable.Range(0, random.Next(1, 5)).Select(index => Gpu($"GPU{index}", random.NextInt64(80 << 20)))];
            MemoryPlan plan = MemoryPlan.Of(file, options, host, gpus);

            Assert.All(plan.Gpus, gpu => Assert.True(gpu.TotalBytes <= gpu.Device.FreeBytes - options.GpuReserveBytes));
            Assert.True(plan.Host.KeyValueCacheBytes + plan.Host.ComputeBufferBytes <= host.FreeBytes - plan.Host.ReserveBytes);
            Assert.Equal(plan.LayerCount, plan.GpuLayers + plan.Host.Layers);
            Assert.True(plan.CacheLength >= plan.ContextLength);
            Assert.True(options.ContextLength is null || plan.ContextLength == options.ContextLength);
            int[] batches = options.BatchSize == 512 ? [512, 256, 128, 64] : [options.BatchSize];
            Assert.Contains(plan.BatchSize, batches.Select(batch => Math.Min(batch, plan.ContextLength)));
            partial += plan.GpuLayers > 0 && plan.GpuLayers < plan.LayerCount ? 1 : 0;
            split += plan.Gpus.Count > 1 ? 1 : 0;

            int grown = random.Next(gpus.Length);
            gpus[grown] = gpus[grown] with { FreeBytes = gpus[grown].FreeBytes + random.NextInt64(40 << 20) };
            Assert.True(MemoryPlan.Of(file, options, host, gpus).GpuLayers >= plan.GpuLayers);
        }

        // The sets are such that the interesting cases occur.
        Assert.InRange(partial, 50, 350);
        Assert.InRange(split, 50, 350);
    }

    [Fact]
    public void The_shares_for_llama_cpp_give_each_device_its_layers()
    {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            int[] layers = [.. Enumerable.Range(0, random.Next(1, 17)).Select(_ => random.Next(1, 40))];
            Assert.Equal(layers, LayersAsLlamaCppPlacesThem(layers));
        }
    }

    [Fact]
    public void This_machine_has_memory()
    {
        Assert.InRange(FreeMemory.Read(), 1L << 20, 1L << 50);
        using GgufFile file = GgufFile.Open(fixture.FileOf(s_tied));
        Assert.InRange(MemoryPlan.Of(file).Host.Device.FreeBytes, 1L << 20, 1L << 50);
    }

    // The rule of get_layer_buft_list in llama-model.cpp of v0.5.0, in its arithmetic of single precision.
    private static int[] LayersAsLlamaCppPlacesThem(int[] shares)
    {
        float[] splits = new float[shares.Length];
        float sum = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            sum += shares[i];
            splits[i] = sum;
        }

        int count = (int)sum;
        int[] placed = new int[shares.Length];
        for (int layer = 0; layer < count; layer++)
        {
            placed[Array.FindIndex(splits, split => split / sum > (float)layer / count)]++;
        }

        return placed;
    }

    private static (int Context, int Batch) Sizes(MemoryPlan plan) => (plan.ContextLength, plan.BatchSize);

    private static DeviceMemory Host(long free) => new() { Name = "CPU", FreeBytes = free, TotalBytes = free };

    private static DeviceMemory Gpu(string name, long free) => new() { Name = name, FreeBytes = free, TotalBytes = free };

    private MemoryPlan Plan(TestModelSpec spec, long hostBytes, params DeviceMemory[] gpus)
    {
        using GgufFile file = GgufFile.Open(fixture.FileOf(spec));
        return MemoryPlan.Of(file, null, Host(hostBytes), gpus);
    }

    private MemoryPlan PlanWith(LocalModelOptions options, long hostBytes, params DeviceMemory[] gpus)
    {
        using GgufFile file = GgufFile.Open(fixture.FileOf(s_deep));
        return MemoryPlan.Of(file, options, Host(hostBytes), gpus);
    }
}
