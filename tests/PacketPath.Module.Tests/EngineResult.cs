using System.Management.Automation;

namespace PacketPath.Module.Tests;

/// <summary>Everything one pipeline wrote.</summary>
public sealed record EngineResult
{
    /// <summary>The output, as the pipeline wrote it.</summary>
    public required PSObject[] Output { get; init; }

    /// <summary>The non-terminating errors.</summary>
    public required ErrorRecord[] Errors { get; init; }

    /// <summary>The error that ended the pipeline; null where it ran to its end.</summary>
    public required ErrorRecord? Failure { get; init; }

    /// <summary>The warnings.</summary>
    public required string[] Warnings { get; init; }

    /// <summary>The verbose messages.</summary>
    public required string[] Verbose { get; init; }

    /// <summary>The debug messages.</summary>
    public required string[] Debug { get; init; }

    /// <summary>The information records.</summary>
    public required InformationRecord[] Information { get; init; }

    /// <summary>The progress records.</summary>
    public required ProgressRecord[] Progress { get; init; }

    /// <summary>The output's objects, each of which must be a <typeparamref name="T"/>.</summary>
    public T[] Of<T>() => [.. Output.Select(static item => Assert.IsType<T>(item.BaseObject, exactMatch: false))];

    /// <summary>The one object written, which must be a <typeparamref name="T"/>; no error may stand beside it.</summary>
    public T One<T>()
    {
        AssertClean();
        return Assert.Single(Of<T>());
    }

    /// <summary>Fails with the errors' own text unless the pipeline ran without any.</summary>
    public EngineResult AssertClean()
    {
        if (Failure is not null)
        {
            Assert.Fail($"The pipeline ended with: {Failure}{Environment.NewLine}{Failure.Exception}");
        }

        if (Errors.Length > 0)
        {
            Assert.Fail("The pipeline wrote errors: " + string.Join(Environment.NewLine, Errors.Select(static error => $"{error.FullyQualifiedErrorId}: {error}")));
        }

        return this;
    }
}
