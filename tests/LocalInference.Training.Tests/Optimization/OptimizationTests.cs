namespace LocalInference.Training.Tests.Optimization;

public sealed class OptimizationTests
{
    [Fact]
    public void AdamW_does_what_its_paper_says()
    {
        const float Rate = 0.01f;
        const float Decay = 0.1f;
        float[] values = new float[16];
        values[0] = 1;
        float[] first = new float[16];
        float[] second = new float[16];
        double x = 1, m = 0, v = 0;
        for (int step = 1; step <= 50; step++)
        {
            double gradient = 2 * x - 0.3;
            float[] gradients = new float[16];
            gradients[0] = (float)((2 * values[0]) - 0.3) * 8;
            AdamW.Step(new OptimizerSlice(values, gradients, first, second), new OptimizerStep(step, Rate, Decay, 0.125f));

            m = (0.9 * m) + (0.1 * gradient);
            v = (0.999 * v) + (0.001 * gradient * gradient);
            x = (x * (1 - (Rate * Decay))) - (Rate * (m / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, step))) + 1e-8));
        }

        Assert.Equal(x, values[0], 1e-5);
        Assert.All(values[1..], static value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(LearningRateSchedule.Constant, 1, 1)]
    [InlineData(LearningRateSchedule.Linear, 0.5, 0.0125)]
    [InlineData(LearningRateSchedule.Cosine, 0.5, 0.0004)]
    public void The_learning_rate_rises_and_follows_its_schedule(LearningRateSchedule schedule, double middle, double last)
    {
        LearningRate rate = new(new TrainingOptions { LearningRate = 1, Schedule = schedule, Warmup = 0.2f }, steps: 100);

        Assert.Equal(0.05, rate.At(0), 1e-6);
        Assert.Equal(1, rate.At(19), 1e-6);
        Assert.Equal(1, rate.At(20), 1e-6);
        Assert.Equal(middle, rate.At(60), 1e-6);
        Assert.Equal(last, rate.At(99), 1e-3);
        Assert.True(rate.At(99) > 0);
    }

    [Fact]
    public void A_run_of_one_step_has_a_rate() =>
        Assert.Equal(1, new LearningRate(new TrainingOptions { LearningRate = 1, Warmup = 1 }, steps: 1).At(0), 1e-6);

    [Fact]
    public void Long_gradients_are_cut_and_short_ones_left()
    {
        Assert.Equal(5, GradientNorm.Of([3, 0, -4]), 1e-9);
        Assert.Equal(0.2f, GradientNorm.ClipFactor(5, 1), 1e-6);
        Assert.Equal(1, GradientNorm.ClipFactor(0.5, 1));
        Assert.Equal(1, GradientNorm.ClipFactor(5, float.PositiveInfinity));
    }

    [Fact]
    public void Every_epoch_takes_every_sample_once_in_an_order_of_its_own()
    {
        TrainingSample[] samples = [.. Enumerable.Range(0, 11).Select(static i => new TrainingSample([i, i], [0, 1]))];
        StepPlan plan = new(samples, new TrainingOptions { BatchSize = 2, Accumulate = 2, Epochs = 2 });

        int[] first = [.. Enumerable.Range(0, 3).SelectMany(s => plan.Batches(s)).SelectMany(static b => b).Select(static s => s.Tokens[0])];
        int[] second = [.. Enumerable.Range(3, 3).SelectMany(s => plan.Batches(s)).SelectMany(static b => b).Select(static s => s.Tokens[0])];

        Assert.Equal((3, 6), (plan.StepsPerEpoch, plan.Steps));
        Assert.Equal(Enumerable.Range(0, 11), first.Order());
        Assert.Equal(Enumerable.Range(0, 11), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal([2, 2], plan.Batches(0).Select(static b => b.Length));
        Assert.Equal([2, 1], plan.Batches(2).Select(static b => b.Length));
    }
}
