namespace PacketPath.Bench;

/// <summary>One line of the report.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Ours">PacketPath's figure, with its unit.</param>
/// <param name="Theirs">The standard tool's figure in the same run; a dash where there is none.</param>
/// <param name="Measured">What is held against the limit.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Unit">The unit of both: <c>x</c> for a ratio.</param>
internal sealed record BenchResult(string Name, string Ours, string Theirs, double Measured, double Limit, string Unit)
{
    /// <summary>True within the limit.</summary>
    internal bool Passed => Measured <= Limit;
}
