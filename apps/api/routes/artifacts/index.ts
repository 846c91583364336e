import { getArtifactVersion, getArtifactVersions } from './artifact-versions';
import { createArtifact, deleteArtifact, getArtifact, getArtifacts, putArtifact } from './room-artifacts';
import { getRunArtifact, getRunArtifacts } from './run-artifacts';

export const artifactRoutes = [
  getArtifacts,
  createArtifact,
  getArtifact,
  putArtifact,
  deleteArtifact,
  getArtifactVersions,
  getArtifactVersion,
  getRunArtifacts,
  getRunArtifact,
];
